"""What a visit costs: by car, by fare, for a party, on a day."""
