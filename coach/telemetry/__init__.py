"""Traces: what each stage of an answer took, as OpenTelemetry spans, without a word of the user."""
