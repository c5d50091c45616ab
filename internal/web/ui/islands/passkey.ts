import { Island, define, make } from "../island";

/**
 * <gongdao-passkey data-mode="get|create" data-options data-answer> over the
 * explanation of passkeys and the other ways to sign in. Inside, one
 * <button data-act hidden> starts it.
 *
 * POST data-options {"name": "…"} answers WebAuthn options ({"publicKey": …} or
 * bare); POST data-answer {"name": "…", "credential": …} takes
 * PublicKeyCredential.toJSON() and answers {"location": "/…"}. The named inputs
 * inside are sent with both.
 */
class Passkey extends Island {
  private said = make("p", "gd-passkey__said");

  protected start(): void {
    const button = this.querySelector<HTMLButtonElement>("[data-act]");
    if (!button) throw new Error("no button inside");
    this.said.setAttribute("role", "alert");
    button.after(this.said);
    if (!window.isSecureContext || !window.PublicKeyCredential) {
      this.said.textContent = this.text("unsupported");
      this.setAttribute("data-failed", "");
      return;
    }
    button.hidden = false;
    button.addEventListener("click", () => void this.act(button), { signal: this.signal });
  }

  private async act(button: HTMLButtonElement): Promise<void> {
    button.disabled = true;
    this.said.textContent = this.text("working");
    try {
      const options = await this.post(this.dataset["options"], this.fields());
      const credential = await this.ask((options["publicKey"] ?? options) as Record<string, unknown>);
      const { location: place } = await this.post(this.dataset["answer"], { ...this.fields(), credential });
      location.assign(typeof place === "string" ? new URL(place, location.origin).pathname + new URL(place, location.origin).search : "/");
    } catch (cause) {
      const stopped = cause instanceof DOMException && (cause.name === "NotAllowedError" || cause.name === "AbortError");
      this.said.textContent = cause instanceof Refused && cause.message ? cause.message : this.text(stopped ? "cancelled" : "failed");
      if (!stopped) console.warn(this.localName, cause);
      button.disabled = false;
    }
  }

  private fields(): Record<string, string> {
    const all: Record<string, string> = {};
    for (const e of this.querySelectorAll<HTMLInputElement>("input[name]")) all[e.name] = e.value;
    return all;
  }

  private async post(url: string | undefined, body: unknown): Promise<Record<string, unknown>> {
    const answer = await fetch(url ?? "", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
      signal: this.signal,
    });
    const text = await answer.text();
    const json = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
    if (!answer.ok) throw new Refused(typeof json["detail"] === "string" ? json["detail"] : "");
    return json;
  }

  private async ask(options: Record<string, unknown>): Promise<unknown> {
    const creating = this.dataset["mode"] === "create";
    const credential = creating
      ? await navigator.credentials.create({ publicKey: creationOptions(options), signal: this.signal })
      : await navigator.credentials.get({ publicKey: requestOptions(options), signal: this.signal });
    if (!(credential instanceof PublicKeyCredential)) throw new Error("no credential");
    return credentialJSON(credential);
  }
}

/** The server said no, in the reader's language (problem+json detail). */
class Refused extends Error {}

type Loose = Record<string, any>;

function decode(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (c) => c.charCodeAt(0)).buffer;
}

function encode(data: ArrayBuffer | null | undefined): string | undefined {
  if (!data) return undefined;
  const text = String.fromCharCode(...new Uint8Array(data));
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function descriptors(list: Loose[] | undefined): PublicKeyCredentialDescriptor[] {
  return (list ?? []).map((d) => ({ ...d, id: decode(d["id"]) }) as PublicKeyCredentialDescriptor);
}

function creationOptions(o: Loose): PublicKeyCredentialCreationOptions {
  return {
    ...o,
    challenge: decode(o["challenge"]),
    user: { ...o["user"], id: decode(o["user"]["id"]) },
    excludeCredentials: descriptors(o["excludeCredentials"]),
  } as PublicKeyCredentialCreationOptions;
}

function requestOptions(o: Loose): PublicKeyCredentialRequestOptions {
  return { ...o, challenge: decode(o["challenge"]), allowCredentials: descriptors(o["allowCredentials"]) };
}

/** PublicKeyCredential.toJSON() where the browser lacks it (WebAuthn L3). */
function credentialJSON(c: PublicKeyCredential): unknown {
  if (typeof c.toJSON === "function") return c.toJSON();
  const r = c.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  return {
    id: c.id,
    rawId: encode(c.rawId),
    type: c.type,
    authenticatorAttachment: c.authenticatorAttachment ?? undefined,
    clientExtensionResults: c.getClientExtensionResults(),
    response: {
      clientDataJSON: encode(r.clientDataJSON),
      attestationObject: encode(r.attestationObject),
      transports: typeof r.getTransports === "function" ? r.getTransports() : undefined,
      authenticatorData: encode(r.authenticatorData),
      signature: encode(r.signature),
      userHandle: encode(r.userHandle),
    },
  };
}

define("gongdao-passkey", Passkey);
