"""How a person signs in: password, authenticator code, sessions; what locks and what ends them."""
