"""What is known: shipped tables with schema, source, date, licence and attribution."""
