"""Who is told: the event outbox, the websocket, the bell."""
