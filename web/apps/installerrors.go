package apps

import "strings"

// installErrors are codes of Intune's reports in plain words: Intune's own for phones and for apps that are not found after they were
// installed (Microsoft Learn, "Intune app installation error reference"), and those of Windows and Windows Installer (HRESULT of Win32 error
// codes). A code that is not here shows by itself.
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

	"0x80073CF0": "The package is not signed, or not by the publisher that it names.",
	"0x80073CF3": "The package conflicts with another one, or one that it needs is missing.",
	"0x80073CFB": "The same package is installed already, but not bit for bit.",
	"0x80073CFF": "Windows does not trust the package: sideloading is not allowed here.",
	"0x8000FFFF": "Something unexpected happened during installation.",

	"0x87D11388": "The device was locked or busy.",
	"0x87D12906": "Apple’s device management gave no reason.",
	"0x87D1313C": "The device lost its network connection.",
	"0x87D1313D": "No licence of the volume purchase could be had for it.",
	"0x87D13B60": "The app costs money and needs a redemption code.",
	"0x87D13B62": "The user declined the installation.",
	"0x87D13B63": "The user declined the update.",
	"0x87D13B64": "The device could not install it, and gave no reason.",
	"0x87D13B66": "The user removed it, or it has expired.",
	"0x87D13B68": "The user declined that the app is managed.",
	"0x87D13B6F": "The connection to Intune timed out.",
	"0x87D13B70": "The device had no internet connection.",
	"0x87D13B72": "The device had no internet connection.",
	"0x87D13B73": "The device had no internet connection.",
	"0x87D13B77": "A secure connection could not be made.",
	"0x87D13B7E": "No volume-purchase licence is left.",
	"0x87D13B7F": "The app configuration that it needs is not assigned to the same groups.",
	"0x87D13B80": "The iTunes Store could not be reached.",
	"0x87D13B8F": "It is installed already, but not by Intune.",
	"0x87D13B94": "The App Store is disabled on the device.",
	"0x87D13B95": "No volume-purchase licence was found for it.",
	"0x87D13B97": "The device is in Lost Mode.",
	"0x87D13B98": "The device is in kiosk mode.",
	"0x87D13B99": "The user must sign in to the App Store.",
	"0x87D13B9C": "The device does not run 32-bit apps.",
	"0x87D13B9D": "The update has not been installed yet.",
	"0x87D13B9F": "A newer version is available in the store.",

	"0xC7D14FB1": "The user cancelled the installation.",
	"0xC7D14FB2": "The download failed.",
	"0xC7D14FB5": "Android could not install it, and gave no reason.",
	"0xC7D14FB6": "The package is not signed.",
	"0xC7D14FB7": "The update is signed by somebody else than the installed app.",
	"0xC7D14FB9": "The user cancelled the installation.",
	"0xC7D14FBA": "The package was deleted before it was installed.",
	"0xC7D14FBB": "The device restarted during installation.",
	"0xC7D15015": "Android stopped the download.",
	"0xC7D15078": "The download failed.",
}

// installError words a code; empty where nothing is known about it.
func installError(code string) string {
	if len(code) < 3 {
		return ""
	}
	return installErrors["0x"+strings.ToUpper(code[2:])]
}
