"""What the shipped models were trained and fitted on, and how."""
