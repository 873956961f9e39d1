package graph

import (
	"net/http"
	"strings"
)

// provisionOnDemand puts one account through the job at once. Key and value of the answer are JSON in text.
func (c *call) provisionOnDemand() error {
	p, j, err := c.job()
	if err != nil {
		return err
	}
	var b struct {
		Parameters []struct {
			Rule     string `json:"ruleId"`
			Subjects []struct {
				ID   string `json:"objectId"`
				Type string `json:"objectTypeName"`
			} `json:"subjects"`
		} `json:"parameters"`
	}
	if err := c.content(&b); err != nil {
		return err
	}
	if len(b.Parameters) != 1 || len(b.Parameters[0].Subjects) != 1 || !strings.EqualFold(b.Parameters[0].Subjects[0].Type, "User") {
		return badRequest("The simulated service provisions one user at a time.")
	}
	if !strings.EqualFold(b.Parameters[0].Rule, c.ruleID(j)) {
		return badRequest("The rule '" + b.Parameters[0].Rule + "' does not exist in the schema of the job.")
	}
	who, ok := c.people().find(b.Parameters[0].Subjects[0].ID)
	if !ok {
		return badRequest("The object '" + b.Parameters[0].Subjects[0].ID + "' was not found in the source.")
	}
	result, details, o := c.demanded(p, j, who)
	value := object{{"provisioningSteps", pascal(steps(o, who))}, {"modifiedProperties", []object{}}, {"statusInfo", append(object{{"status", result}}, details...)}}
	if result == "Success" {
		d := c.draw(kindEvent, who.index)
		value.set("modifiedProperties", modified(o, who, who, &d))
	}
	body := c.open("microsoft.graph.stringKeyStringValuePair")
	pair := appendObject(nil, object{{"key", string(appendObject(nil, object{{"result", result}, {"details", details}}))}, {"value", string(appendObject(nil, value))}})
	c.status, c.body = http.StatusOK, append(append(body, ','), pair[1:]...)
	return nil
}

// demanded is how it goes for that account: who is switched off is out of scope, some targets have no room, and nothing gets in with bad
// credentials.
func (c *call) demanded(p principal, j job, who person) (result string, details object, o outcome) {
	o = outcome{action: "create", verb: "Add", status: "success"}
	fail := func(m mishap, status string) (string, object, outcome) {
		o.status, o.fault = strings.ToLower(status), &m
		return status, object{{"errorCode", m.code}, {"errorMessage", m.reason}}, o
	}
	v := c.t.Provisioning[p.id]
	switch d := c.draw(kindEvent, j.n<<30|who.index); {
	case j.state == jobQuarantined && j.reason == quarantines[0] || v.Secrets != nil && !galleryAt(p.gallery).accepts(v.Secrets) || v.Secrets == nil && !v.Made.IsZero():
		return fail(mishap{code: quarantines[0].code, reason: quarantines[0].message}, "Failure")
	case !who.enabled:
		return fail(mishap{code: "NotEffectivelyEntitled", reason: "The account is switched off or not assigned to the application, so it is not in scope."}, "Skipped")
	case d.is(0.15):
		return fail(mishaps[0], "Failure")
	}
	return "Success", object{}, o
}

// pascal spells steps as this answer does, unlike the log.
func pascal(list []object) []object {
	for _, s := range list {
		for _, name := range []string{"provisioningStepType", "status"} {
			s.set(name, betaAction(s.text(name)))
		}
	}
	return list
}
