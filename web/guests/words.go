package guests

import "strings"

// lower makes the first letter small: names in the middle keep theirs.
func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

var fieldWords = map[string]string{"name": "Name", "address": "Address", "redeemed": "Invitation redeemed", "enabled": "Account may sign in", "roles": "Directory roles", "intune": "Intune licence"}
