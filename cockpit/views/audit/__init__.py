"""What an audit and a gate say, for people, for machines, and for a wiki."""
