"""What every floor uses: units, coordinates, arrays, phrases, partial dates, files."""
