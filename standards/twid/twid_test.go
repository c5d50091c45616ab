package twid_test

import (
	"testing"

	"github.com/gongdao/gongdao/standards/twid"
	"pgregory.net/rapid"
)

func TestNationalID(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     bool
	}{
		{"the example of the household registration offices", "A123456789", true},
		{"a wrong check digit", "A123456788", false},
		{"a letter whose number is out of order", "I100000009", false},
		{"second character 3", "A323456789", false},
		{"lower case", "a123456789", false},
		{"a digit too few", "A12345678", false},
		{"no letter", "1123456789", false},
		{"a letter among the digits", "A12345678B", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := twid.NationalID(tt.in); got != tt.want {
				t.Errorf("NationalID(%q) = %v", tt.in, got)
			}
			if got := twid.NationalID([]byte(tt.in)); got != tt.want {
				t.Errorf("NationalID(bytes of %q) = %v", tt.in, got)
			}
		})
	}
}

func TestResidentID(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     twid.Holder
	}{
		{"new", "A800000014", twid.Foreign},
		{"new, wrong check digit", "A800000015", twid.NotResident},
		{"old", "AB23456789", twid.OldResident},
		{"old, a letter that was never used", "AE23456789", twid.NotResident},
		{"a national ID", "A123456789", twid.NotResident},
		{"too short", "A8", twid.NotResident},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := twid.ResidentID(tt.in); got != tt.want {
				t.Errorf("ResidentID(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestCompany(t *testing.T) {
	for _, tt := range []struct {
		in       string
		now, old bool
	}{
		{"04595257", true, true},
		{"10458574", true, true},
		{"10458575", true, true},
		{"04595252", true, false},
		{"10458570", true, false},
		{"04595253", false, false},
		{"0459525", false, false},
		{"0459525A", false, false},
	} {
		if got := twid.Company(tt.in); got != tt.now {
			t.Errorf("Company(%s) = %v", tt.in, got)
		}
		if got := twid.CompanyBefore2023(tt.in); got != tt.old {
			t.Errorf("CompanyBefore2023(%s) = %v", tt.in, got)
		}
	}
}

// TestOneCheckDigit: for any nine characters exactly one tenth is right.
func TestOneCheckDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		head := rapid.StringMatching(`[A-Z][1289A-D][0-9]{7}`).Draw(t, "head")
		right := 0
		for d := '0'; d <= '9'; d++ {
			if twid.Personal(head + string(d)) {
				right++
			}
		}
		if right != 1 {
			t.Fatalf("%s has %d check digits", head, right)
		}
	})
}

// TestOldCompaniesStayValid: the rule of 2023 only added numbers.
func TestOldCompaniesStayValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{6}[0-9]{2}`).Draw(t, "number")
		if twid.CompanyBefore2023(s) && !twid.Company(s) {
			t.Fatalf("%s was valid and is no longer", s)
		}
	})
}
