"""The induction: someone's way through a policy, from the invitation to the certificate."""
