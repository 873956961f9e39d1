package configuration

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

// identifierMembers name an app within Graph's mobileAppIdentifier, by platform.
var identifierMembers = []struct{ member, platform string }{
	{"bundleId", "iOS"}, {"packageId", "Android"}, {"windowsAppId", "Windows"},
}

// appsOf are the apps that a policy is for: managedMobileApp objects by identifier, or ids of apps in Intune.
func appsOf(o map[string]any) []TargetApp {
	var kept []TargetApp
	for _, a := range list(o, "apps") {
		if t := targetApp(obj(a, "mobileAppIdentifier")); t.ID != "" {
			kept = append(kept, t)
		} else if id := str(a, "id"); id != "" {
			kept = append(kept, TargetApp{ID: cut(id, maxKey)})
		}
	}
	for _, id := range texts(o, "targetedMobileApps") {
		kept = append(kept, TargetApp{ID: cut(id, maxKey)})
	}
	slices.SortFunc(kept, func(a, b TargetApp) int { return strings.Compare(a.Platform+"|"+a.ID, b.Platform+"|"+b.ID) })
	return slices.Compact(kept)
}

func targetApp(identifier map[string]any) TargetApp {
	for _, m := range identifierMembers {
		if id := str(identifier, m.member); id != "" {
			t := TargetApp{ID: cut(id, maxKey), Platform: m.platform}
			if strings.HasPrefix(graph.TypeName(str(identifier, "@odata.type")), "mac") { // macAppIdentifier has a bundleId too
				t.Platform = "macOS"
			}
			return t
		}
	}
	return TargetApp{}
}

// AppKey is what lists are searched by: an identifier together with its platform, because the same package can be another app on another
// system. An empty platform means Intune's own id.
func AppKey(platform, id string) string { return strings.ToLower(platform + "|" + id) }

func appKeys(apps []TargetApp) []string {
	keys := make([]string, 0, len(apps))
	for _, a := range apps {
		keys = append(keys, AppKey(a.Platform, a.ID))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// asked are the keys that a filter means: one without a platform means all.
func asked(apps []string) []string {
	var keys []string
	for _, v := range apps {
		if strings.Contains(v, "|") {
			keys = append(keys, strings.ToLower(v))
			continue
		}
		for _, platform := range []string{"", "iOS", "Android", "Windows", "macOS"} {
			keys = append(keys, AppKey(platform, v))
		}
	}
	return keys
}

// withDeployment takes a managedAppPolicyDeploymentSummary.
func (p *read) withDeployment(raw []byte) {
	v, err := parse(raw)
	o, ok := v.(map[string]any)
	if err != nil || !ok || !counted(o, "configurationDeployedUserCount") {
		return
	}
	d := &Deployment{Users: num(o, "configurationDeployedUserCount"), At: moment(str(o, "lastRefreshTime"))}
	for _, a := range list(o, "configurationDeploymentSummaryPerApp") {
		if t := targetApp(obj(a, "mobileAppIdentifier")); t.ID != "" && counted(a, "configurationAppliedUserCount") {
			d.Apps = append(d.Apps, AppUsers{t.ID, num(a, "configurationAppliedUserCount")})
		}
	}
	slices.SortFunc(d.Apps, func(a, b AppUsers) int { return strings.Compare(a.ID, b.ID) })
	p.Deployment = d
}

// openPayloads turns the payloads of app configurations, which are documents in base64, into keys and values: so they can be read, and a
// secret among them is seen as one. A payload that cannot be opened may hold anything, and is not kept.
func openPayloads(settings map[string]any) {
	open := func(member string, into string, decode func([]byte) (any, error)) {
		text, ok := settings[member].(string)
		if !ok || text == "" {
			return
		}
		delete(settings, member)
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err == nil {
			settings[into], err = decode(raw)
		}
		if err != nil {
			settings[into] = SecretMark
		}
	}
	open("encodedSettingXml", "xmlSettings", plist)
	open("payloadJson", "managedConfiguration", managedConfiguration)
}

// managedConfiguration are the properties of Android's managed configuration; what else stands in it repeats the policy.
func managedConfiguration(raw []byte) (any, error) {
	v, err := parse(raw)
	if err != nil {
		return nil, err
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("no object")
	}
	if all, ok := o["managedProperty"]; ok {
		return all, nil
	}
	return o, nil
}

// plist reads an Apple property list: a dictionary as a list of keys and values, which is how Graph's other settings for apps look.
func plist(raw []byte) (any, error) {
	dec := xml.NewDecoder(strings.NewReader(string(raw)))
	dec.Strict = false
	for {
		tok, err := dec.Token()
		if err != nil {
			return nil, err
		}
		if start, ok := tok.(xml.StartElement); ok && start.Name.Local == "dict" {
			return plistValue(dec, start, 0)
		}
	}
}

func plistValue(dec *xml.Decoder, start xml.StartElement, depth int) (any, error) {
	if depth > maxDepth {
		return tooMuch, dec.Skip()
	}
	switch start.Name.Local {
	case "dict":
		return plistDict(dec, depth)
	case "array":
		all := []any{}
		err := plistChildren(dec, func(child xml.StartElement) error {
			v, err := plistValue(dec, child, depth+1)
			all = append(all, v)
			return err
		})
		return all, err
	case "true", "false":
		return start.Name.Local == "true", dec.Skip()
	case "data":
		return SecretMark, dec.Skip() // certificates and keys look the same
	}
	var text string
	err := dec.DecodeElement(&text, &start)
	return postgres.Clean(text), err
}

func plistDict(dec *xml.Decoder, depth int) (any, error) {
	pairs, key := []any{}, ""
	err := plistChildren(dec, func(child xml.StartElement) error {
		if child.Name.Local == "key" {
			err := dec.DecodeElement(&key, &child)
			key = postgres.Clean(key)
			return err
		}
		v, err := plistValue(dec, child, depth+1)
		pairs = append(pairs, map[string]any{"key": key, "value": v})
		return err
	})
	return pairs, err
}

// plistChildren calls each for the elements within the one just begun.
func plistChildren(dec *xml.Decoder, each func(xml.StartElement) error) error {
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if err := each(tok); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// pairOf is a setting in the form of a key and its value, as apps take them: the key, and the member with the value.
func pairOf(o map[string]any) (key, member string, ok bool) {
	set := 0
	for name, v := range o {
		switch {
		case v == nil || name == "@odata.type" || name == "appConfigKeyType":
			continue
		case name == "appConfigKey" || name == "name" || name == "key":
			key, _ = v.(string)
		case name == "value" || name == "appConfigKeyValue" || strings.HasPrefix(name, "value"): // valueString, valueBundle, … of Android's
			member = name
		}
		set++
	}
	return key, member, key != "" && set <= 2 && (member != "" || set == 1)
}
