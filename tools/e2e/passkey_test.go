package e2e

import (
	"testing"

	"github.com/gongdao/gongdao/tools/browser"
)

// TestPasskey: a citizen adds a passkey to her account, signs out, and signs in
// with it, on an authenticator that Chromium simulates.
func TestPasskey(t *testing.T) {
	h := need(t)
	link, err := h.demo.Link("analyst")
	if err != nil {
		t.Fatal(err)
	}
	v := h.open(t, "", browser.Look{})
	wire, err := v.Context().NewCDPSession(v.Page)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []struct {
		method string
		params map[string]any
	}{
		{"WebAuthn.enable", map[string]any{"enableUI": false}},
		{"WebAuthn.addVirtualAuthenticator", map[string]any{"options": map[string]any{"protocol": "ctap2", "transport": "internal",
			"hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true, "automaticPresenceSimulation": true}}},
	} {
		if _, err := wire.Send(call.method, call.params); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Goto(link); err != nil {
		t.Fatal(err)
	}
	v.click(v.Locator("main form button"))
	v.goTo("/account")
	v.see(v.Locator("gongdao-passkey[data-ready]"), "way to add a passkey")
	if err := v.Locator("gongdao-passkey input[name=label]").Fill("測試用金鑰"); err != nil {
		t.Fatal(err)
	}
	v.click(v.Locator("gongdao-passkey [data-act]"))
	v.see(v.GetByText("測試用金鑰"), "passkey in the list")

	v.click(v.Locator("main form[action$='/signout'] button"))
	v.see(v.Locator("header a[href^='/signin']"), "way to sign in")
	v.goTo("/account")
	if n, err := v.GetByText("測試用金鑰").Count(); err != nil || n > 0 {
		t.Fatalf("after signing out the account is still open (%v)", err)
	}
	v.goTo("/signin")
	v.click(v.Locator("gongdao-passkey [data-act]"))
	if err := v.WaitForURL(h.portal + "/account"); err != nil {
		t.Fatal(err)
	}
	v.see(v.Locator("main").GetByText("張雅婷"), "name of who signed in")
	v.see(v.GetByText("測試用金鑰"), "account after signing in with the passkey")
}
