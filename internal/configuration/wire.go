package configuration

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
)

// read is one policy as it goes into the stage.
type read struct {
	Policy
	doc Document
}

// oursOfApps are the same of policies for apps. Their settings member is none of Graph's own, but a list of the app's.
var oursOfApps = []string{"apps", "deployedAppCount", "targetedMobileApps", "deploymentSummary"}

// settings are the members of an object that say what the policy sets.
func settingsOf(kind Kind, o map[string]any) map[string]any {
	forApps := slices.Contains(AppPolicies, kind)
	settings := map[string]any{}
	for name, v := range o {
		own := slices.Contains(ours, name)
		if forApps {
			own = own && name != "settings" || slices.Contains(oursOfApps, name)
		}
		if !own && (!strings.Contains(name, "@") || name == "originalEntityTypeName") {
			settings[name] = v
		}
	}
	if forApps {
		openPayloads(settings)
	}
	return settings
}

// ours are members that have a place of their own, or that say nothing about the policy; the rest of an object is its settings.
var ours = []string{
	"id", "displayName", "name", "description", "version", "createdDateTime", "lastModifiedDateTime", "roleScopeTagIds", "assignments", "isAssigned",
	"scheduledActionsForRule", "supportsScopeTags", "settingCount", "settings", "templateReference", "technologies", "platforms", "creationSource",
	"deviceStatusOverview", "priorityMetaData", "runSummary", "definitionValues", "deviceStateSummary",
	"deviceReporting", "newUpdates", "inventorySyncStatus", // of a driver profile: counts that move by themselves
	"scriptContent", "detectionScriptContent", "remediationScriptContent", // a script may hold anything, secrets too
}

// fromGraph is a policy of Graph as we keep it. Everything that is not named in ours is a setting, also what Microsoft adds one day. ok is
// false where there is no object, or no id that it could be kept under.
func fromGraph(s source, raw []byte) (p read, ok bool) {
	kind := s.kind
	v, err := parse(raw)
	o, is := v.(map[string]any)
	if err != nil || !is || str(o, "id") == "" || len(str(o, "id")) > maxKey {
		return p, false
	}
	p.Policy = Policy{
		Kind: kind, ID: str(o, "id"), Type: cmp.Or(graph.TypeName(str(o, "@odata.type")), s.typ), Name: cmp.Or(str(o, "displayName"), str(o, "name")),
		Description: str(o, "description"), Version: max(0, num(o, "version")), Technologies: str(o, "technologies"),
		CreatedAt: moment(str(o, "createdDateTime")), ModifiedAt: moment(str(o, "lastModifiedDateTime")), Settings: int(min(max(0, num(o, "settingCount")), math.MaxInt32)),
	}
	p.Template = templateName(obj(o, "templateReference"))
	p.doc.ScopeTags = texts(o, "roleScopeTagIds")
	slices.Sort(p.doc.ScopeTags)
	p.doc.Assignments = assignmentsOf(list(o, "assignments"))
	p.doc.Actions = actionsOf(list(o, "scheduledActionsForRule"))
	p.Assignments = len(p.doc.Assignments)
	p.Assigned = p.Assignments > 0 || o["isAssigned"] == true
	if slices.Contains(AppPolicies, kind) {
		p.doc.Apps = appsOf(o)
		p.Apps = appKeys(p.doc.Apps)
	}
	p.Platform = platform(p.Type, str(o, "platforms"), str(o, "originalEntityTypeName"), p.doc.Apps...)
	if p.Type == "" {
		p.Type = defaultTypes[kind]
	}
	p.Platform = cmp.Or(p.Platform, platform(p.Type, str(o, "platform"), ""), defaultPlatforms[kind])
	p.doc.Settings = canonical(strip(settingsOf(kind, o)))
	p.finish()
	return p, true
}

var defaultTypes = map[Kind]string{
	Device: "deviceConfiguration", Catalogue: "deviceManagementConfigurationPolicy", Compliance: "deviceCompliancePolicy", ComplianceCatalogue: "deviceManagementCompliancePolicy",
	GroupPolicy: "groupPolicyConfiguration", Intent: "deviceManagementIntent", FeatureUpdate: "windowsFeatureUpdateProfile", QualityUpdate: "windowsQualityUpdateProfile", DriverUpdate: "windowsDriverUpdateProfile",
	Script: "deviceManagementScript", ShellScript: "deviceShellScript", Remediation: "deviceHealthScript", AssignmentFilter: "deviceAndAppManagementAssignmentFilter", ScopeTag: "roleScopeTag", Notification: "notificationMessageTemplate",
	AppProtection: "managedAppPolicy", AppConfiguration: "managedDeviceMobileAppConfiguration",
}

// defaultPlatforms are those of kinds whose objects do not tell: they are for one platform only.
var defaultPlatforms = map[Kind]string{GroupPolicy: "Windows", Script: "Windows", Remediation: "Windows", ShellScript: "macOS"}

// finish fills what the document and the row say alike, and counts what is set.
func (p *read) finish() {
	p.doc.Name, p.doc.Description, p.doc.Type, p.doc.Version, p.doc.ModifiedAt, p.doc.Unlisted = p.Name, p.Description, p.Type, p.Version, p.ModifiedAt, p.Unlisted
	if n := len(p.doc.SettingLines()); p.Settings == 0 || p.Kind != Catalogue && p.Kind != ComplianceCatalogue {
		p.Settings = n
	}
}

// withSettings makes the settings of a catalogue policy those that were read of it.
func (p *read) withSettings(raw [][]byte) {
	all := []any{}
	for _, r := range raw {
		v, err := parse(r)
		o, ok := v.(map[string]any)
		if err != nil || !ok {
			continue
		}
		reduceDefinitions(o)
		kept := map[string]any{"id": o["id"], "settingInstance": strip(o["settingInstance"])}
		if defs, ok := o["settingDefinitions"]; ok {
			kept["settingDefinitions"] = defs
		}
		all = append(all, kept)
	}
	slices.SortStableFunc(all, func(a, b any) int {
		return strings.Compare(settingKey(a), settingKey(b))
	})
	p.doc.Settings = canonical(all)
	p.finish()
}

func settingKey(v any) string {
	o, _ := v.(map[string]any)
	return str(obj(o, "settingInstance"), "settingDefinitionId") + "\x00" + str(o, "id")
}

// withMessages makes the settings of a notification template its languages.
func (p *read) withMessages(raw [][]byte) {
	settings := p.settings()
	messages := map[string]any{}
	for i, r := range raw {
		v, err := parse(r)
		o, ok := v.(map[string]any)
		if err != nil || !ok {
			continue
		}
		key := cmp.Or(strings.ToLower(str(o, "locale")), str(o, "id"), fmt.Sprint(i+1))
		messages[key] = map[string]any{"subject": str(o, "subject"), "messageTemplate": str(o, "messageTemplate"), "isDefault": o["isDefault"] == true}
	}
	locale := strings.ToLower(str(settings, "defaultLocale"))
	delete(settings, "localizedNotificationMessages")
	settings["messages"] = messages
	p.doc.Settings = canonical(strip(settings))
	p.finish()
	p.Settings = len(messages)
	p.Technologies = strings.Join(languages(messages, locale), ", ")
}

// languages are those of a template's messages, the default first. The message says which it is; where none does, the template does.
func languages(messages map[string]any, byTemplate string) []string {
	all := sortedKeys(messages)
	def := slices.IndexFunc(all, func(l string) bool { return messages[l].(map[string]any)["isDefault"] == true })
	if def < 0 {
		def = slices.Index(all, byTemplate)
	}
	if def > 0 {
		all[0], all[def] = all[def], all[0]
		slices.Sort(all[1:])
	}
	return all
}

// settings are those that the policy itself has as members.
func (p *read) settings() map[string]any {
	v, _ := parse(p.doc.Settings)
	if settings, ok := v.(map[string]any); ok {
		return settings
	}
	return map[string]any{}
}

func (p *read) withStatus(w graph.DeviceStatusOverview) { p.Status = statusOf(w) }

func (p *read) withUserStatus(w graph.DeviceStatusOverview) { p.UserStatus = statusOf(w) }

// statusOf is nil where Intune does not say on how many the policy worked and on how many it did not. The rest is not counted for every kind.
func statusOf(w graph.DeviceStatusOverview) *Status {
	if !w.Succeeded.Known || !w.Errors.Known || !w.Failed.Known {
		return nil
	}
	return &Status{Succeeded: w.Succeeded.N, Pending: w.Pending.N, NotApplicable: w.NotApplicable.N, Errors: w.Errors.N, Failed: w.Failed.N, Conflicts: w.Conflicts.N, At: w.Updated.Time}
}

func templateName(o map[string]any) string {
	return strings.TrimSpace(str(o, "templateDisplayName") + " " + str(o, "templateDisplayVersion"))
}

func moment(s string) time.Time {
	at, err := time.Parse(time.RFC3339Nano, s)
	if at = at.UTC(); err != nil || at.Year() <= 1 || at.Year() > 9999 { // year 1 is Graph's "never"
		return time.Time{}
	}
	return at.Truncate(time.Microsecond)
}

// assignmentsOf keeps assignments apart that Graph gives the same id.
func assignmentsOf(raw []map[string]any) []Assignment {
	var kept []Assignment
	seen := map[string]bool{}
	for i, o := range raw {
		t := obj(o, "target")
		a := Assignment{
			ID: cut(str(o, "id"), maxKey), Target: cmp.Or(strings.TrimSuffix(graph.TypeName(str(t, "@odata.type")), "AssignmentTarget"), "unknown"),
			GroupID: cut(cmp.Or(str(t, "groupId"), str(t, "collectionId")), maxKey), FilterID: str(t, "deviceAndAppManagementAssignmentFilterId"),
			FilterType: str(t, "deviceAndAppManagementAssignmentFilterType"), Source: str(o, "source"), Schedule: scheduleOf(o),
		}
		if a.FilterType == "none" {
			a.FilterID, a.FilterType = "", ""
		}
		if a.ID == "" || seen[a.ID] {
			a.ID = cut(a.ID+"#"+a.Target+"#"+a.GroupID, 2*maxKey) // Graph keeps no order, so its place would not do
		}
		if seen[a.ID] {
			a.ID = fmt.Sprintf("%s#%d", a.ID, i)
		}
		seen[a.ID] = true
		kept = append(kept, a)
	}
	slices.SortFunc(kept, func(a, b Assignment) int {
		return strings.Compare(a.Target+"|"+a.GroupID+"|"+a.ID, b.Target+"|"+b.GroupID+"|"+b.ID)
	})
	return kept
}

const noTemplate = "00000000-0000-0000-0000-000000000000"

func actionsOf(rules []map[string]any) []Action {
	var kept []Action
	for _, r := range rules {
		for _, o := range list(r, "scheduledActionConfigurations") {
			a := Action{Rule: str(r, "ruleName"), Type: cmp.Or(str(o, "actionType"), "unknown"), GraceHours: max(0, num(o, "gracePeriodHours")), TemplateID: str(o, "notificationTemplateId"), CC: texts(o, "notificationMessageCCList")}
			if a.TemplateID == noTemplate {
				a.TemplateID = ""
			}
			kept = append(kept, a)
		}
	}
	slices.SortStableFunc(kept, func(a, b Action) int {
		if a.GraceHours != b.GraceHours {
			return int(min(max(a.GraceHours-b.GraceHours, -1), 1))
		}
		return strings.Compare(a.Type+a.TemplateID, b.Type+b.TemplateID)
	})
	return kept
}

// prefixes of Graph's types, lower case, by platform.
var prefixes = []struct{ prefix, name string }{
	{"windowsphone", "Windows Phone"}, {"windows", "Windows"}, {"mdmwindows", "Windows"}, {"editionupgrade", "Windows"}, {"sharedpc", "Windows"}, {"ios", "iOS"}, {"macos", "macOS"},
	{"android", "Android"}, {"aosp", "Android"}, {"linux", "Linux"}, {"tvos", "tvOS"}, {"visionos", "visionOS"},
}

// platform is what a type, the catalogue's flags ("windows10,macOS") or the apps of a policy say.
func platform(typ, flags, original string, apps ...TargetApp) string {
	var names []string
	for _, a := range apps {
		if a.Platform != "" && !slices.Contains(names, a.Platform) {
			names = append(names, a.Platform)
		}
	}
	for _, s := range append(strings.Split(flags, ","), typ, original) {
		s = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "#microsoft.graph."))
		for _, p := range prefixes {
			if strings.HasPrefix(s, p.prefix) {
				if !slices.Contains(names, p.name) {
					names = append(names, p.name)
				}
				break
			}
		}
	}
	slices.Sort(names)
	return postgres.Clean(strings.Join(names, ", "))
}
