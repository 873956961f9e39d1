package apps

import "strings"

// installErrors are codes of Intune's reports in plain words: Intune's own for an app that its detection rule does not find, and those of
// Windows and Windows Installer (HRESULT of Win32 error codes). A code that is not here shows by itself.
var installErrors = map[string]string{
	"0x87D1041C": "It was installed, but the detection rule does not find it.",
	"0x80070005": "Windows refused access: the installer lacks rights.",
	"0x80070070": "The disk is full.",
	"0x80070642": "A person cancelled the installer.",
	"0x80070643": "The installer itself failed.",
	"0x80070652": "Another installation was running.",
	"0x80070653": "The package cannot be opened.",
	"0x80070661": "The package is not for this kind of processor.",
	"0x80070666": "Another version is installed already.",
	"0x80070BC2": "It needs a restart to finish.",
}

// installError words a code; empty where nothing is known about it.
func installError(code string) string {
	if len(code) < 3 {
		return ""
	}
	return installErrors["0x"+strings.ToUpper(code[2:])]
}
