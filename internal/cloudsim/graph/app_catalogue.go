package graph

// product is an app that tenants deploy: its @odata.type without the namespace, and the identifier that the type calls for.
type product struct {
	kind, name, publisher, pkg string
	categories                 []int
}

const (
	catOther = iota
	catBooks
	catData
	catProductivity
	catBusiness
	catDevelopment
	catPhotos
	catCollaboration
	catComputer
)

var appCategoryNames = []string{"Other apps", "Books & Reference", "Data management", "Productivity", "Business", "Development & Design", "Photos & Media", "Collaboration & Social", "Computer management"}

// products is the catalogue. The first ones every tenant has; from the rest each takes its own choice.
var products = []product{
	{"officeSuiteApp", "Microsoft 365 Apps for Windows 10 and later", "Microsoft", "", []int{catProductivity}},
	{"win32LobApp", "Google Chrome Enterprise 141", "Google LLC", "googlechromestandaloneenterprise64.msi", []int{catProductivity}},
	{"winGetApp", "Company Portal", "Microsoft Corporation", "9WZDNCRFJ3PZ", []int{catComputer}},
	{"windowsMicrosoftEdgeApp", "Microsoft Edge for Windows 10 and later", "Microsoft", "", []int{catProductivity}},
	{"iosVppApp", "Microsoft Outlook", "Microsoft Corporation", "com.microsoft.Office.Outlook", []int{catProductivity}},
	{"iosVppApp", "Microsoft Authenticator", "Microsoft Corporation", "com.microsoft.azureauthenticator", []int{catComputer}},
	{"iosStoreApp", "Microsoft Teams", "Microsoft Corporation", "com.microsoft.skype.teams", []int{catCollaboration}},
	{"androidManagedStoreApp", "Microsoft Outlook", "Microsoft Corporation", "com.microsoft.office.outlook", []int{catProductivity}},
	{"androidManagedStoreApp", "Intune Company Portal", "Microsoft Corporation", "com.microsoft.windowsintune.companyportal", []int{catComputer}},
	{"macOSOfficeSuiteApp", "Microsoft 365 Apps for macOS", "Microsoft", "", []int{catProductivity}},
	{"webApp", "Staff handbook", "", "handbook", []int{catBooks}},
	{"win32LobApp", "7-Zip 24.08 (x64)", "Igor Pavlov", "7z2408-x64.msi", []int{catComputer}},
	{"managedIOSStoreApp", "Microsoft OneDrive", "Microsoft Corporation", "com.microsoft.skydrive", nil},
	{"managedAndroidStoreApp", "Microsoft Word", "Microsoft Corporation", "com.microsoft.office.word", nil},
	{"macOSPkgApp", "Zoom Workplace for macOS", "Zoom Communications, Inc.", "us.zoom.xos", []int{catCollaboration}},
	{"windowsMobileMSI", "Cisco Secure Client 5.1", "Cisco Systems, Inc.", "cisco-secure-client-win-5.1.msi", []int{catComputer}},

	{"win32LobApp", "Adobe Acrobat Reader 2025", "Adobe", "AcroRdrDC2500120756_MUI.exe", []int{catProductivity}},
	{"win32LobApp", "Notepad++ 8.8.5", "Notepad++ Team", "npp.8.8.5.Installer.x64.exe", []int{catDevelopment}},
	{"win32LobApp", "VLC media player 3.0.21", "VideoLAN", "vlc-3.0.21-win64.msi", []int{catPhotos}},
	{"win32LobApp", "Zoom Workplace", "Zoom Communications, Inc.", "ZoomInstallerFull.msi", []int{catCollaboration}},
	{"win32LobApp", "FortiClient VPN 7.4", "Fortinet Technologies Inc.", "FortiClientVPN.msi", []int{catComputer}},
	{"win32LobApp", "GlobalProtect 6.3", "Palo Alto Networks", "GlobalProtect64.msi", []int{catComputer}},
	{"win32LobApp", "TeamViewer Host", "TeamViewer", "TeamViewer_Host.msi", []int{catComputer}},
	{"win32LobApp", "KeePassXC 2.7.10", "KeePassXC Team", "KeePassXC-2.7.10-Win64.msi", []int{catComputer}},
	{"win32LobApp", "Mozilla Firefox ESR", "Mozilla", "Firefox Setup 140.4.0esr.msi", []int{catProductivity}},
	{"win32LobApp", "PDF24 Creator", "geek software GmbH", "pdf24-creator.msi", []int{catProductivity}},
	{"win32LobApp", "Visual Studio Code", "Microsoft Corporation", "VSCodeSetup-x64.exe", []int{catDevelopment}},
	{"win32LobApp", "Git for Windows", "The Git Development Community", "Git-2.51.0-64-bit.exe", []int{catDevelopment}},
	{"win32LobApp", "PuTTY 0.83", "Simon Tatham", "putty-64bit-0.83-installer.msi", []int{catDevelopment}},
	{"win32LobApp", "WinSCP 6.5", "Martin Prikryl", "WinSCP-6.5.msi", []int{catData}},
	{"win32LobApp", "SAP GUI for Windows 8.00", "SAP SE", "SAPGUI_800.exe", []int{catBusiness}},
	{"win32LobApp", "AutoCAD LT 2026", "Autodesk", "setup.exe", []int{catDevelopment}},
	{"win32LobApp", "Citrix Workspace app 2507", "Citrix Systems, Inc.", "CitrixWorkspaceApp.exe", []int{catComputer}},
	{"win32LobApp", "Dell Command | Update 5.5", "Dell Inc.", "DCU_Setup.exe", []int{catComputer}},
	{"win32LobApp", "Lenovo System Update", "Lenovo", "system_update.exe", []int{catComputer}},
	{"win32LobApp", "HP Image Assistant", "HP Inc.", "hp-hpia.exe", []int{catComputer}},
	{"win32LobApp", "Remote Help", "Microsoft Corporation", "remotehelpinstaller.exe", []int{catComputer}},
	{"win32LobApp", "Local Administrator clean-up", "", "Remove-LocalAdmins.ps1", []int{catComputer}},
	{"win32LobApp", "Corporate wallpaper", "", "install.ps1", nil},
	{"win32LobApp", "Print queues", "", "Add-Printers.ps1", []int{catComputer}},
	{"win32LobApp", "Sage 50 Accounts", "Sage", "sage50.exe", []int{catBusiness}},
	{"win32LobApp", "DATEV Arbeitsplatz", "DATEV eG", "datev.exe", []int{catBusiness}},
	{"win32LobApp", "Exact Online koppeling", "Exact", "exact.msi", []int{catBusiness}},
	{"win32CatalogApp", "Everything 1.4", "voidtools", "", []int{catComputer}},
	{"win32CatalogApp", "Greenshot", "Greenshot", "", []int{catPhotos}},
	{"winGetApp", "WhatsApp", "WhatsApp LLC", "9NKSQGP7F2NH", []int{catCollaboration}},
	{"winGetApp", "Adobe Acrobat Reader DC", "Adobe Inc.", "XPDP273C0XHQH2", []int{catProductivity}},
	{"winGetApp", "Power BI Desktop", "Microsoft Corporation", "9NTXR16HNW1T", []int{catData}},
	{"winGetApp", "Windows Terminal", "Microsoft Corporation", "9N0DX20HK701", []int{catDevelopment}},
	{"winGetApp", "PowerToys", "Microsoft Corporation", "XP89DCGQ3K6VLD", []int{catComputer}},
	{"winGetApp", "Slack", "Slack Technologies Inc.", "9WZDNCRDK3WP", []int{catCollaboration}},
	{"winGetApp", "Canva", "Canva", "XP8LDCPV8DDJ2S", []int{catPhotos}},
	{"windowsUniversalAppX", "Contoso Field Reports", "Line of business", "FieldReports.appxbundle", []int{catBusiness}},
	{"windowsAppX", "Badge printer", "Line of business", "BadgePrinter.msix", []int{catBusiness}},
	{"windowsMobileMSI", "Sophos Connect 2.4", "Sophos Limited", "SophosConnect_2.4.msi", []int{catComputer}},
	{"windowsMobileMSI", "Jabra Direct", "GN Audio A/S", "JabraDirectSetup.msi", []int{catComputer}},
	{"windowsStoreApp", "Microsoft To Do", "Microsoft Corporation", "9NBLGGH5R558", []int{catProductivity}},
	{"microsoftStoreForBusinessApp", "OneNote for Windows 10", "Microsoft Corporation", "Microsoft.Office.OneNote", []int{catProductivity}},
	{"windowsWebApp", "Time sheets", "", "timesheets", []int{catBusiness}},
	{"webApp", "IT service desk", "", "servicedesk", []int{catComputer}},
	{"webApp", "Canteen menu", "", "canteen", nil},
	{"iosiPadOSWebClip", "Shift plan", "", "shifts", []int{catBusiness}},
	{"officeSuiteApp", "Microsoft 365 Apps with Visio", "Microsoft", "", []int{catProductivity}},

	{"iosVppApp", "Microsoft Teams", "Microsoft Corporation", "com.microsoft.skype.teams", []int{catCollaboration}},
	{"iosVppApp", "Microsoft OneDrive", "Microsoft Corporation", "com.microsoft.skydrive", []int{catData}},
	{"iosVppApp", "Microsoft Word", "Microsoft Corporation", "com.microsoft.Office.Word", []int{catProductivity}},
	{"iosVppApp", "Microsoft Excel", "Microsoft Corporation", "com.microsoft.Office.Excel", []int{catProductivity}},
	{"iosVppApp", "Microsoft Edge", "Microsoft Corporation", "com.microsoft.msedge", []int{catProductivity}},
	{"iosVppApp", "Intune Company Portal", "Microsoft Corporation", "com.microsoft.CompanyPortal", []int{catComputer}},
	{"iosVppApp", "Adobe Acrobat Reader", "Adobe Inc.", "com.adobe.Adobe-Reader", []int{catProductivity}},
	{"iosVppApp", "Zoom Workplace", "Zoom Communications, Inc.", "us.zoom.videomeetings", []int{catCollaboration}},
	{"iosVppApp", "Slack", "Slack Technologies, Inc.", "com.tinyspeck.chatlyio", []int{catCollaboration}},
	{"iosVppApp", "Salesforce", "Salesforce.com", "com.salesforce.chatter", []int{catBusiness}},
	{"iosVppApp", "SAP Concur", "Concur Technologies, Inc.", "com.concur.breeze", []int{catBusiness}},
	{"iosVppApp", "DocuSign", "DocuSign", "com.docusign.DocuSignIt", []int{catBusiness}},
	{"iosVppApp", "Procore", "Procore Technologies", "com.procore.procore", []int{catBusiness}},
	{"iosVppApp", "Trello", "Atlassian", "com.fogcreek.trello", []int{catCollaboration}},
	{"iosVppApp", "Numbers", "Apple", "com.apple.Numbers", []int{catProductivity}},
	{"iosStoreApp", "Google Maps", "Google LLC", "com.google.Maps", []int{catOther}},
	{"iosStoreApp", "DB Navigator", "Deutsche Bahn", "de.hafas.db", []int{catOther}},
	{"iosStoreApp", "WhatsApp Messenger", "WhatsApp Inc.", "net.whatsapp.WhatsApp", []int{catCollaboration}},
	{"iosLobApp", "Works orders", "Line of business", "WorksOrders.ipa", []int{catBusiness}},
	{"managedIOSStoreApp", "Microsoft Outlook", "Microsoft Corporation", "com.microsoft.Office.Outlook", nil},
	{"managedIOSStoreApp", "Microsoft Teams", "Microsoft Corporation", "com.microsoft.skype.teams", nil},
	{"managedIOSStoreApp", "Microsoft Edge", "Microsoft Corporation", "com.microsoft.msedge", nil},
	{"managedIOSLobApp", "Inspection forms", "Line of business", "InspectionForms.ipa", []int{catBusiness}},

	{"androidManagedStoreApp", "Microsoft Teams", "Microsoft Corporation", "com.microsoft.teams", []int{catCollaboration}},
	{"androidManagedStoreApp", "Microsoft Authenticator", "Microsoft Corporation", "com.azure.authenticator", []int{catComputer}},
	{"androidManagedStoreApp", "Managed Home Screen", "Microsoft Corporation", "com.microsoft.launcher.enterprise", []int{catComputer}},
	{"androidManagedStoreApp", "Microsoft Edge", "Microsoft Corporation", "com.microsoft.emmx", []int{catProductivity}},
	{"androidManagedStoreApp", "Zebra OEMConfig Powered by MX", "Zebra Technologies", "com.zebra.oemconfig.common", []int{catComputer}},
	{"androidManagedStoreApp", "Knox Service Plugin", "Samsung Electronics Co., Ltd.", "com.samsung.android.knox.kpu", []int{catComputer}},
	{"androidManagedStoreApp", "Google Maps", "Google LLC", "com.google.android.apps.maps", []int{catOther}},
	{"androidManagedStoreApp", "SAP Fiori Client", "SAP SE", "com.sap.fiori.client", []int{catBusiness}},
	{"androidManagedStoreWebApp", "Stock count", "", "com.google.enterprise.webapp.x7d1", []int{catBusiness}},
	{"androidForWorkApp", "Adobe Acrobat Reader", "Adobe", "com.adobe.reader", []int{catProductivity}},
	{"androidStoreApp", "DeepL Translate", "DeepL SE", "com.deepl.mobiletranslator", []int{catBooks}},
	{"androidLobApp", "Forklift check", "Line of business", "forklift-check.apk", []int{catBusiness}},
	{"managedAndroidStoreApp", "Microsoft Outlook", "Microsoft Corporation", "com.microsoft.office.outlook", nil},
	{"managedAndroidStoreApp", "Microsoft Teams", "Microsoft Corporation", "com.microsoft.teams", nil},
	{"managedAndroidStoreApp", "Microsoft Edge", "Microsoft Corporation", "com.microsoft.emmx", nil},
	{"managedAndroidLobApp", "Visitor log", "Line of business", "visitor-log.apk", []int{catBusiness}},

	{"macOSMicrosoftDefenderApp", "Microsoft Defender for macOS", "Microsoft", "", []int{catComputer}},
	{"macOSMicrosoftEdgeApp", "Microsoft Edge for macOS", "Microsoft", "", []int{catProductivity}},
	{"macOSDmgApp", "Firefox for macOS", "Mozilla", "org.mozilla.firefox", []int{catProductivity}},
	{"macOSDmgApp", "Rectangle", "Ryan Hanson", "com.knollsoft.Rectangle", []int{catComputer}},
	{"macOSLobApp", "Company fonts", "Line of business", "com.example.fonts", []int{catDevelopment}},
	{"macOSPkgApp", "Google Chrome for macOS", "Google LLC", "com.google.Chrome", []int{catProductivity}},
	{"macOSPkgApp", "Adobe Creative Cloud", "Adobe", "com.adobe.acc.AdobeCreativeCloud", []int{catDevelopment}},
	{"macOsVppApp", "Keynote", "Apple", "com.apple.iWork.Keynote", []int{catProductivity}},
	{"macOsVppApp", "Slack for Desktop", "Slack Technologies, Inc.", "com.tinyspeck.slackmacgap", []int{catCollaboration}},
}

// fixedProducts is how many of the catalogue every tenant has.
const fixedProducts = 16

// betaKinds are the types that v1.0 does not know; it leaves such apps out.
var betaKinds = map[string]bool{"winGetApp": true, "officeSuiteApp": true, "androidManagedStoreApp": true, "macOSPkgApp": true, "macOsVppApp": true,
	"windowsStoreApp": true, "win32CatalogApp": true, "androidManagedStoreWebApp": true, "androidForWorkApp": true}
