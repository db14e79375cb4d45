"""The requests of the SDK, each described once, and made methods of both clients."""
