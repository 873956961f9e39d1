package deviceaction

import (
	"regexp"
	"unicode/utf8"
)

// Secret is what an action takes that is kept nowhere: whoever sends it later, after an approval or a sign-in, enters it again.
type Secret int

const (
	NoSecret   Secret = iota
	UnlockCode        // that a Mac opens with after it was erased
	Password          // of a Surface Hub's account
)

// Secret is what the action takes on a device of that system.
func (k Kind) Secret(os string) Secret {
	switch {
	case k.Form == KeepForm && os == "macOS":
		return UnlockCode
	case k.Form == AccountForm:
		return Password
	}
	return NoSecret
}

// MaxPassword is the longest password that Microsoft Entra takes, in characters (Entra, "Password policies").
const MaxPassword = 256

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// Fault says what is wrong with what was entered; empty where nothing is.
func (s Secret) Fault(entered string) string {
	switch {
	case s == UnlockCode && !sixDigits.MatchString(entered):
		return "Enter six digits. The Mac asks for them after it was erased."
	case s == Password && (entered == "" || utf8.RuneCountInString(entered) > MaxPassword):
		return "Enter the password of the account, of at most 256 characters."
	}
	return ""
}

// again is said where the action has to be sent once more.
func (s Secret) again() string {
	switch s {
	case UnlockCode:
		return " The unlock code has to be entered again: it is kept nowhere."
	case Password:
		return " The password has to be entered again: it is kept nowhere."
	}
	return ""
}

// hubAccount is the body of updateWindowsDeviceAccount; the misspelling is Graph's. What is left empty is not sent.
func hubAccount(o Options) any {
	account := map[string]any{
		"deviceAccount": map[string]string{"password": o.Secret}, "deviceAccountEmail": o.Email, "passwordRotationEnabled": o.Rotate, "calendarSyncEnabled": o.Calendar,
	}
	for name, value := range map[string]string{"exchangeServer": o.Exchange, "sessionInitiationProtocalAddress": o.SIP} {
		if value != "" {
			account[name] = value
		}
	}
	return map[string]any{"updateWindowsDeviceAccountActionParameter": account}
}
