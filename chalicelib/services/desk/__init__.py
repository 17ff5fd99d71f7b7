"""The messages desk: what a person does about an SMS that no machine could read."""
