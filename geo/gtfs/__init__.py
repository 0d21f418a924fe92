"""Timetables as operators publish them, read and checked."""
