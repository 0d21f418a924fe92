"""Typical journeys by public transport where no timetable is installed."""
