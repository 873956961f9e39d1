package device

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
)

// PolicyStates is how a device stands with each policy that reached it, as Intune said when somebody looked. What fails stands first.
type PolicyStates struct {
	Compliance    []PolicyState `json:"compliance"`
	Configuration []PolicyState `json:"configuration"`
}

// PolicyState is how a device stands with one policy.
type PolicyState struct {
	ID       string         `json:"id"`
	Name     string         `json:"name"`
	State    string         `json:"state"` // complianceStatus: compliant, nonCompliant, remediated, error, conflict, notApplicable, …
	User     string         `json:"user"`
	Version  int64          `json:"version"`
	Settings []SettingState `json:"settings"`
}

// SettingState is how a device stands with one setting of a policy.
type SettingState struct {
	Setting   string   `json:"setting"` // Graph's key: Windows10CompliancePolicy.BitLockerEnabled
	Name      string   `json:"name"`
	State     string   `json:"state"`
	Value     string   `json:"value"` // what the device has; mostly not said
	ErrorCode int64    `json:"error_code"`
	Error     string   `json:"error"`
	Sources   []string `json:"sources"` // policies that ask for it, where there are others
}

// Failing tells a state that needs a person.
func Failing(state string) bool {
	switch strings.ToLower(state) {
	case "noncompliant", "error", "conflict":
		return true
	}
	return false
}

// Live reads what is not read by a schedule, because it is a call for each device.
type Live struct {
	Graph *graph.Client
	Kept  *graphsync.LiveStore
}

const (
	statesAge   = 5 * time.Minute
	maxPolicies = 200
	maxSettings = 500 // of one policy
)

// KeptPolicyStates is what an earlier look read, without asking Microsoft.
func (l *Live) KeptPolicyStates(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[PolicyStates], error) {
	return graphsync.KeptLive[PolicyStates](ctx, l.Kept, tid, graphsync.LiveComplianceStates, id)
}

// PolicyStates is how the device stands with its policies: read now, or at most five minutes ago.
func (l *Live) PolicyStates(ctx context.Context, tid tenant.ID, id string) (graphsync.LiveReading[PolicyStates], error) {
	return graphsync.ReadLive(ctx, l.Kept, tid, graphsync.LiveComplianceStates, id, statesAge, func(ctx context.Context) (s PolicyStates, err error) {
		if s.Compliance, err = l.states(ctx, tid, id, "deviceCompliancePolicyStates"); err != nil {
			return s, err
		}
		s.Configuration, err = l.states(ctx, tid, id, "deviceConfigurationStates")
		return s, err
	})
}

func (l *Live) states(ctx context.Context, tid tenant.ID, id, relation string) ([]PolicyState, error) {
	found := []PolicyState{}
	path := "/deviceManagement/managedDevices/" + url.PathEscape(id) + "/" + relation
	q := graph.Query{Version: "beta"} // v1.0 does not say for which user
	all, _, err := graph.First(ctx, l.Graph, tid, path, q, maxPolicies, func(w graph.PolicyState) string { return w.ID + " " + w.UPN })
	if err != nil {
		return nil, fmt.Errorf("%s of device %q of %s: %w", relation, id, tid, err)
	}
	for _, w := range all {
		found = append(found, policyState(w))
	}
	slices.SortStableFunc(found, func(a, b PolicyState) int { return rank(a.State) - rank(b.State) })
	return found, nil
}

// rank puts what fails first and what says nothing last.
func rank(state string) int {
	switch strings.ToLower(state) {
	case "noncompliant":
		return 0
	case "error", "conflict":
		return 1
	case "unknown", "":
		return 2
	case "remediated":
		return 3
	case "notapplicable", "notassigned":
		return 5
	}
	return 4
}

func policyState(w graph.PolicyState) PolicyState {
	p := PolicyState{ID: clean(w.ID), Name: clean(w.DisplayName), State: clean(w.State), User: clean(w.UPN), Version: int64(w.Version), Settings: []SettingState{}}
	if p.State == "" {
		p.State = "unknown"
	}
	for _, s := range w.Settings[:min(len(w.Settings), maxSettings)] {
		p.Settings = append(p.Settings, settingState(s))
	}
	slices.SortStableFunc(p.Settings, func(a, b SettingState) int { return rank(a.State) - rank(b.State) })
	return p
}

func settingState(w graph.SettingState) SettingState {
	s := SettingState{Setting: clean(w.Setting), Name: clean(w.Name), State: clean(w.State), Value: clean(w.CurrentValue), ErrorCode: int64(w.ErrorCode),
		Error: clean(w.ErrorText), Sources: []string{}}
	if s.Name == "" {
		s.Name = s.Setting
	}
	if w.Instance != "" && w.Instance != s.Name {
		s.Name += ": " + clean(w.Instance)
	}
	if s.State == "" {
		s.State = "unknown"
	}
	for _, from := range w.Sources {
		if from.DisplayName != "" {
			s.Sources = append(s.Sources, clean(from.DisplayName))
		}
	}
	return s
}
