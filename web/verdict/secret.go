package verdict

import (
	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/web/ui"
)

// SecretField is the field of Secret in a form.
const SecretField = "secret"

// Secret asks for what an action takes that is kept nowhere, always empty; nil where it takes nothing of the kind.
func Secret(s deviceaction.Secret, fault string) *ui.Field {
	switch s {
	case deviceaction.UnlockCode:
		return &ui.Field{Name: SecretField, Label: "Unlock code for the Mac, six digits", Hint: "The Mac asks for it after it was erased. It is kept nowhere: write it down.", Error: fault, InputMode: "numeric", Autocomplete: "off", Max: 6, Mono: true}
	case deviceaction.Password:
		return &ui.Field{Name: SecretField, Label: "Password of the account", Hint: "It goes to Microsoft and is kept nowhere.", Error: fault, Type: "password", Autocomplete: "new-password", Max: deviceaction.MaxPassword}
	}
	return nil
}
