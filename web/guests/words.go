package guests

var fieldWords = map[string]string{"name": "Name", "address": "Address", "redeemed": "Invitation redeemed", "enabled": "Account may sign in", "roles": "Directory roles", "intune": "Intune licence"}
