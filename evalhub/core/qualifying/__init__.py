"""Say what people are qualified for, what a project asks for, and what somebody lacks of it."""
