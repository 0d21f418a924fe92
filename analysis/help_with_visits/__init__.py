"""Help with Prison Visits and its sister schemes: who may claim, and what comes back."""
