package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"
)

// hostSet returns the names the program answers to. The demonstration answers
// to the machine itself only, against DNS rebinding.
func hostSet(c Config) map[string]bool {
	set := map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}
	if c.Demo {
		return set
	}
	for _, h := range c.Hosts {
		set[hostname(h)] = true
	}
	if u, err := url.Parse(c.Origin); err == nil && u.Host != "" {
		set[hostname(u.Host)] = true
	}
	return set
}

// hostname cuts port and brackets from a Host header and lowers it. What is no
// host and port gives "", which nobody serves.
func hostname(host string) string {
	name, port := host, ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		if strings.Contains(host[:i], ":") && host[0] != '[' {
			return bracketless(host) // an IPv6 address without brackets, in a configuration
		}
		name, port = host[:i], host[i+1:]
	}
	for _, c := range port {
		if c < '0' || c > '9' {
			return ""
		}
	}
	return bracketless(name)
}

func bracketless(name string) string {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		name, ok = strings.CutSuffix(inner, "]")
		if !ok {
			return ""
		}
	}
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// secure reports whether the reader's connection is encrypted, by our own
// listener or by a proxy we trust.
func (w *Web) secure(r *http.Request) bool {
	return r.TLS != nil || (w.trusted(r) && r.Header.Get("X-Forwarded-Proto") == "https")
}

// trusted reports whether the request comes from a proxy of ours.
func (w *Web) trusted(r *http.Request) bool {
	if len(w.config.TrustedProxies) == 0 {
		return false
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && w.inProxies(from.Addr())
}

func (w *Web) inProxies(a netip.Addr) bool {
	for _, p := range w.config.TrustedProxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// addressOf returns the reader's address: the last one in X-Forwarded-For that
// is no proxy of ours, else the peer. IPv6 counts by its /64, which is what one
// subscriber has.
func (w *Web) addressOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if w.trusted(r) {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			host = a.String()
			if !w.inProxies(a) {
				break
			}
		}
	}
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() && !a.Is4In6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return host
}

// originOf returns scheme and host as the reader sees them.
func (w *Web) originOf(r *http.Request) string {
	if w.config.Origin != "" {
		return w.config.Origin
	}
	if w.secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// cleanQuery reports whether a query, once decoded, is text without NUL.
func cleanQuery(raw string) bool {
	if raw == "" {
		return true
	}
	if strings.IndexByte(raw, '%') < 0 {
		return utf8.ValidString(raw)
	}
	s, err := url.QueryUnescape(raw)
	return err == nil && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}
