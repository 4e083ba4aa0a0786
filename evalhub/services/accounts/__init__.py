"""Let people in: invitations, passwords, sign-ins and the sessions they open."""
