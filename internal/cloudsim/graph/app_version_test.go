package graph

import "testing"

func TestAppVersion(t *testing.T) {
	for name, want := range map[string]string{
		"7-Zip 24.08 (x64)": "24.08", "Adobe Acrobat Reader 2025": "2025", "SAP GUI for Windows 8.00": "8.00", "Microsoft 365 Apps for macOS": "", "Sage 50 Accounts": "",
		"OneNote for Windows 10": "", "PDF24 Creator": "", "Slack": "",
	} {
		if got := appVersion(&product{name: name}); got != want {
			t.Errorf("%s is version %q, want %q", name, got, want)
		}
	}
}
