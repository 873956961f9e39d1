package configuration

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
)

// SecretMark stands where a value was that is secret, or may be. The value itself is nowhere.
const SecretMark = "[secret, not kept]"

// lastWords are what the name of a secret ends with. Only texts are taken for secrets: requirePassword is a truth value, and
// passwordRequiredType ends otherwise.
var lastWords = []string{
	"password", "passphrase", "passcode", "psk", "secret", "secrets", "sharedkey", "privatekey", "apikey", "accesskey", "accountkey", "authkey",
	"wepkey", "token", "credential", "credentials", "mobileconfig", "pfx", "keymaterial", "activationcode", "unlockpin", "bypasscode",
	"payload", // an Apple profile as a whole: Wi-Fi and mail passwords stand in it
}

// keyWords are what the key of a setting for apps holds where its value is secret. Vendors name their keys as they like, so a key is taken
// for a secret's more readily than a name of Graph's.
var keyWords = append([]string{"passwd", "pwd", "pin", "licensekey", "licencekey", "productkey", "activationkey", "enrollmentkey", "registrationkey", "encryptionkey",
	"bearer", "jwt", "sas", "connectionstring"}, lastWords...)

// secretKey tells the key of a pair whose value is secret: one of the words is its end, or stands within it.
func secretKey(key string) bool {
	plain := plainName(lastPart(key))
	for _, w := range keyWords {
		if strings.HasSuffix(plain, w) || len(w) > 4 && strings.Contains(plain, w) {
			return true
		}
	}
	return false
}

// harmless are values that no secret has: switches, and variables that Intune fills in on the device.
func harmless(v any) bool {
	s, ok := v.(string)
	switch strings.ToLower(s) {
	case "", "true", "false", "enabled", "disabled", "yes", "no", "0", "1":
		return ok
	}
	return ok && strings.HasPrefix(s, "{{") && strings.HasSuffix(s, "}}")
}

func secretName(name string) bool {
	plain := plainName(name)
	for _, w := range lastWords {
		if strings.HasSuffix(plain, w) {
			return true
		}
	}
	return false
}

// plainName is a name of small letters and digits only.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// inText finds secrets in the middle of a text: XML and plist elements, keys in PEM, name=value pairs, members of JSON, tokens (JWT), and
// URLs with a password.
var inText = regexp.MustCompile(`(?i)"[^"]*(password|passphrase|secret|token|apikey)"\s*:\s*"[^"]|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}|\bBearer\s+[\w.~+/-]{16,}|://[^\s/:@]+:[^\s/@]+@|[?&]sig=[^\s&]{8}|PRIVATE KEY-----|<(\w+:)?(password|passphrase|keymaterial|sharedsecret|presharedkey|psk|secret)\b[^>]*>\s*[^<\s]|<key>[^<]*(password|passphrase|secret|psk)</key>\s*<(string|data)>\s*[^<\s]|\b(password|pwd|secret|passphrase|accountkey|sharedaccesskey)\s*=\s*[^\s;&]`)

func secretText(s string) bool {
	if inText.MatchString(s) {
		return true
	}
	if len(s) < 40 || strings.ContainsAny(s, " <") {
		return false
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	return err == nil && inText.Match(raw)
}

// naming are the members by which an object says what its value is.
var naming = []string{"name", "key", "displayName", "omaUri", "appConfigKey", "settingName"}

// strip takes the secrets out of a tree, in place. It returns what is to stand for v itself.
func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		stripObject(v)
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	case string:
		if secretText(v) || v != "" && strings.Trim(v, "*") == "" { // Graph itself shows asterisks for OMA-URI secrets
			return SecretMark
		}
	}
	return v
}

func stripObject(o map[string]any) {
	encrypted, named := encryptedObject(o), namedSecret(o)
	if key, member, ok := pairOf(o); ok && member != "" && secretKey(key) && !harmless(o[member]) {
		o[member] = conceal(o[member])
	}
	delete(o, "secretReferenceValueId") // a writer could ask for the plain value with it
	for name, v := range o {
		switch {
		case encrypted && valueName(name) && v != nil:
			o[name] = SecretMark
		case named && valueName(name), secretName(name):
			o[name] = hide(v)
		default:
			o[name] = strip(v)
		}
	}
	for _, name := range []string{"simpleSettingValue", "simpleSettingCollectionValue"} { // a catalogue setting names itself one level up
		if v, ok := o[name]; ok && secretName(str(o, "settingDefinitionId")) {
			o[name] = hideValues(v)
		}
	}
}

// encryptedObject tells an object whose value Intune itself keeps secret.
func encryptedObject(o map[string]any) bool {
	return o["isEncrypted"] == true || str(o, "secretReferenceValueId") != "" || strings.HasSuffix(str(o, "@odata.type"), "SecretSettingValue")
}

// namedSecret tells an object that is called what secrets are called.
func namedSecret(o map[string]any) bool {
	for _, n := range naming {
		if s := str(o, n); s != "" && secretName(lastPart(s)) {
			return true
		}
	}
	return false
}

func lastPart(s string) string { return s[strings.LastIndexAny(s, "/")+1:] }

func valueName(name string) bool {
	return strings.EqualFold(name, "value") || strings.HasSuffix(name, "Value")
}

// hide replaces texts, wherever they stand in v. Numbers and truth values say how a secret must be, not what it is.
func hide(v any) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return v
		}
		return SecretMark
	case []any:
		for i := range v {
			v[i] = hide(v[i])
		}
	case map[string]any:
		for k := range v {
			if k != "@odata.type" {
				v[k] = hide(v[k])
			}
		}
	}
	return v
}

// conceal hides numbers too: the value of a key that is called a PIN may be one.
func conceal(v any) any {
	if _, ok := v.(json.Number); ok {
		return SecretMark
	}
	return hide(v)
}

// hideValues hides the member "value" of one object or of several.
func hideValues(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = hideValues(v[i])
		}
	case map[string]any:
		v["value"] = hide(v["value"])
	}
	return v
}
