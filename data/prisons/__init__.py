"""The prisons, their visiting sessions and the published figures on them."""
