"""Question sets for recruiters: chosen, explained, printed. Nothing here scores an applicant."""
