"""Journeys by an imported timetable."""
