package graph

import "strings"

// platform is one way in which a device runs and is enrolled.
type platform struct {
	os        string // operatingSystem as Intune spells it
	versions  []string
	models    []model
	agent     string
	enrolment []string
	userless  string // enrolment type without a user, "" where there is none
	betaType  string // beta deviceType
	jailbreak string // usual value of jailBroken
	mobile    bool
	apple     bool
}

// model is a product with the code that device names carry, its storage sizes in GB, and its beta chassis and processor.
type model struct {
	maker, name, code string
	storage           []int
	chassis, cpu      string
	cellular          bool
}

// surfaceHub hangs in a meeting room and belongs to nobody. It runs Windows 10 Team.
var surfaceHub = model{"Microsoft Corporation", "Surface Hub 2S", "HUB", []int{128}, "desktop", "x64", false}

func (v *device) hub() bool { return v.model == &surfaceHub }

const (
	windows = iota
	macOS
	iPhone
	iPad
	android      // work profile on a personal phone
	androidOwned // fully managed
	androidKiosk // dedicated
	linux
	platformCount
)

var disks = []int{256, 256, 512, 512, 1024}

var platforms = [platformCount]platform{
	windows: {
		os: "Windows", agent: "mdm", betaType: "windowsRT", jailbreak: "Unknown",
		versions: []string{"10.0.19045.6456", "10.0.19045.5965", "10.0.22631.5984", "10.0.22631.5472", "10.0.26100.6899", "10.0.26100.6584",
			"10.0.26100.4652", "10.0.26200.6899", "10.0.26200.7019"},
		enrolment: []string{"windowsAzureADJoin", "windowsAzureADJoin", "windowsAutoEnrollment", "windowsCoManagement", "windowsAzureADJoinUsingDeviceAuth"},
		userless:  "windowsBulkUserless",
		models: []model{
			{"Dell Inc.", "Latitude 5450", "LT", disks, "laptop", "x64", false}, {"Dell Inc.", "Latitude 7440", "LT", disks, "laptop", "x64", false},
			{"Dell Inc.", "OptiPlex 7010", "DT", disks, "desktop", "x64", false}, {"HP", "HP EliteBook 840 14 inch G10 Notebook PC", "LT", disks, "laptop", "x64", false},
			{"HP", "HP ProBook 450 15.6 inch G10 Notebook PC", "LT", disks, "laptop", "x64", false}, {"HP", "HP Elite Mini 800 G9 Desktop PC", "DT", disks, "desktop", "x64", false},
			{"LENOVO", "21HMS00D00", "LT", disks, "laptop", "x64", false}, {"LENOVO", "ThinkPad T14 Gen 4", "LT", disks, "laptop", "x64", false},
			{"LENOVO", "ThinkCentre M70q Gen 4", "DT", disks, "desktop", "x64", false}, {"Microsoft Corporation", "Surface Laptop 6", "LT", disks, "laptop", "arm64", false},
			{"Microsoft Corporation", "Surface Pro 10", "TB", disks, "tablet", "arm64", true}, {"Microsoft Corporation", "Virtual Machine", "VM", []int{128}, "desktop", "x64", false},
		},
	},
	macOS: {
		os: "macOS", agent: "mdm", betaType: "macMDM", jailbreak: "False", apple: true,
		versions:  []string{"14.8.1 (23J30)", "15.6.1 (24G90)", "15.7.1 (24G231)", "26.0.1 (25A362)", "13.7.8 (22H730)"},
		enrolment: []string{"appleBulkWithUser", "userEnrollment"}, userless: "appleBulkWithoutUser",
		models: []model{
			{"Apple", "MacBook Air", "MB", disks, "laptop", "arm64", false}, {"Apple", "MacBook Pro", "MB", disks, "laptop", "arm64", false},
			{"Apple", "Mac mini", "MM", disks, "desktop", "arm64", false}, {"Apple", "iMac", "IM", disks, "desktop", "arm64", false},
		},
	},
	iPhone: {
		os: "iOS", agent: "mdm", betaType: "iPhone", jailbreak: "False", apple: true, mobile: true,
		versions:  []string{"17.7.2", "18.6.2", "18.7.1", "26.0.1", "26.1", "16.7.12"},
		enrolment: []string{"appleBulkWithUser", "userEnrollment", "appleUserEnrollment"}, userless: "appleBulkWithoutUser",
		models: []model{
			{"Apple", "iPhone SE (3rd generation)", "IP", []int{64, 128}, "phone", "arm64", true}, {"Apple", "iPhone 14", "IP", []int{128, 256}, "phone", "arm64", true},
			{"Apple", "iPhone 15", "IP", []int{128, 256}, "phone", "arm64", true}, {"Apple", "iPhone 16", "IP", []int{128, 256}, "phone", "arm64", true},
			{"Apple", "iPhone 16 Pro", "IP", []int{256, 512}, "phone", "arm64", true},
		},
	},
	iPad: {
		os: "iPadOS", agent: "mdm", betaType: "iPad", jailbreak: "False", apple: true, mobile: true,
		versions:  []string{"17.7.10", "18.6.2", "18.7.1", "26.0.1"},
		enrolment: []string{"appleBulkWithUser", "userEnrollment"}, userless: "appleBulkWithoutUser",
		models: []model{
			{"Apple", "iPad (10th generation)", "ID", []int{64, 256}, "tablet", "arm64", false}, {"Apple", "iPad Air (5th generation)", "ID", []int{64, 256}, "tablet", "arm64", true},
			{"Apple", "iPad Pro (11-inch) (4th generation)", "ID", []int{128, 256}, "tablet", "arm64", true},
		},
	},
	android: {
		os: "Android", agent: "googleCloudDevicePolicyController", betaType: "androidForWork", jailbreak: "False", mobile: true,
		versions: []string{"12", "13", "14", "15", "16"}, enrolment: []string{"userEnrollment"},
		models: []model{
			{"samsung", "SM-S921B", "AN", []int{128, 256}, "phone", "arm64", true}, {"samsung", "SM-A546B", "AN", []int{128}, "phone", "arm64", true},
			{"Google", "Pixel 8", "AN", []int{128, 256}, "phone", "arm64", true}, {"Xiaomi", "23021RAA2Y", "AN", []int{128}, "phone", "arm64", true},
			{"Nothing", "A065", "AN", []int{256}, "phone", "arm64", true},
		},
	},
	androidOwned: {
		os: "Android", agent: "googleCloudDevicePolicyController", betaType: "androidEnterprise", jailbreak: "False", mobile: true,
		versions: []string{"13", "14", "15", "16"}, enrolment: []string{"userEnrollment"},
		models: []model{
			{"samsung", "SM-G556B", "AN", []int{128}, "phone", "arm64", true}, {"samsung", "SM-S911B", "AN", []int{128, 256}, "phone", "arm64", true},
			{"Google", "Pixel 8a", "AN", []int{128}, "phone", "arm64", true}, {"FAIRPHONE", "FP5", "AN", []int{256}, "phone", "arm64", true},
		},
	},
	androidKiosk: {
		os: "Android", agent: "googleCloudDevicePolicyController", betaType: "androidEnterprise", jailbreak: "False", mobile: true,
		versions: []string{"11", "13", "14"}, enrolment: []string{"unknownFutureValue"}, userless: "unknownFutureValue",
		models: []model{
			{"Zebra Technologies", "TC52", "KS", []int{32}, "phone", "arm64", false}, {"Zebra Technologies", "TC58", "KS", []int{64}, "phone", "arm64", true},
			{"samsung", "SM-X306B", "KS", []int{128}, "tablet", "arm64", false}, {"Honeywell", "CT45P", "KS", []int{64}, "phone", "arm64", false},
		},
	},
	linux: {
		os: "Linux", agent: "mdm", betaType: "linux", jailbreak: "Unknown",
		versions: []string{"22.04", "24.04"}, enrolment: []string{"userEnrollment"},
		models: []model{
			{"LENOVO", "ThinkPad X1 Carbon Gen 11", "LX", disks, "laptop", "x64", false}, {"Dell Inc.", "Precision 3581", "LX", disks, "laptop", "x64", false},
		},
	},
}

// mixes are the shares of the platforms in percent, by a word in the tenant's industry.
var mixes = []struct {
	industry string
	shares   [platformCount]int
}{
	{"retail", [platformCount]int{38, 2, 12, 12, 8, 6, 22, 0}},
	{"logistic", [platformCount]int{34, 1, 10, 6, 8, 11, 30, 0}},
	{"transport", [platformCount]int{34, 1, 10, 6, 8, 11, 30, 0}},
	{"manufactur", [platformCount]int{56, 2, 13, 5, 8, 6, 9, 1}},
	{"health", [platformCount]int{48, 4, 17, 18, 7, 4, 2, 0}},
	{"educat", [platformCount]int{44, 9, 6, 34, 5, 1, 0, 1}},
	{"school", [platformCount]int{44, 9, 6, 34, 5, 1, 0, 1}},
	{"publish", [platformCount]int{34, 32, 23, 6, 4, 1, 0, 0}},
	{"construct", [platformCount]int{42, 1, 18, 14, 11, 12, 2, 0}},
	{"agricult", [platformCount]int{40, 1, 16, 8, 17, 14, 4, 0}},
	{"food", [platformCount]int{42, 1, 13, 9, 9, 8, 18, 0}},
	{"hospitality", [platformCount]int{36, 3, 15, 26, 8, 4, 8, 0}},
	{"bank", [platformCount]int{68, 3, 21, 5, 2, 1, 0, 0}},
	{"design", [platformCount]int{22, 41, 25, 5, 5, 1, 0, 1}},
	{"media", [platformCount]int{22, 41, 25, 5, 5, 1, 0, 1}},
	{"software", [platformCount]int{40, 27, 17, 2, 6, 2, 0, 6}},
	{"", [platformCount]int{55, 8, 17, 6, 8, 4, 1, 1}},
}

func mixOf(industry string) *[platformCount]int {
	industry = strings.ToLower(industry)
	for i := range mixes {
		if strings.Contains(industry, mixes[i].industry) {
			return &mixes[i].shares
		}
	}
	return &mixes[len(mixes)-1].shares
}

// oddNames are names that break careless pages and exports.
var oddNames = []string{
	`<script>alert("x")</script>`, "", "Zoë’s „Büro“ 电脑", `DESKTOP-"QUOTED"`, "O'Hara's PC", "=1+1", " leading and trailing ", "приёмная-ПК",
	"🏥 Empfang", "name\twith\ttabs", "a&amp;b", "-4711", "ΥΠΟΛΟΓΙΣΤΗΣ-01", "ك-حاسوب-١", strings.Repeat("very-long-", 12) + "name", `C:\temp\%PATH%`,
}

var carriers = map[string][]string{
	"GB": {"EE", "O2 - UK", "vodafone UK", "3 UK"}, "FR": {"Orange F", "SFR", "Bouygues Telecom", "Free"}, "DE": {"Telekom.de", "Vodafone.de", "o2-de"},
	"ES": {"Movistar", "Orange", "vodafone ES"}, "NL": {"NL KPN", "vodafone NL", "Odido"}, "GR": {"GR COSMOTE", "vodafone GR", "NOVA"}, "US": {"AT&T", "Verizon", "T-Mobile"},
	"CH": {"Swisscom", "Sunrise", "Salt"}, "BE": {"Proximus", "Orange B"}, "AT": {"A1", "Magenta-T-", "3 AT"},
}

// personalNames are what Apple's set-up assistant calls a personal device, with the owner's given name.
var personalNames = map[string][2]string{"en": {"", "’s "}, "fr": {"de ", ""}, "de": {"von ", ""}, "es": {"de ", ""}, "nl": {"van ", ""}, "el": {"- ", ""}}
