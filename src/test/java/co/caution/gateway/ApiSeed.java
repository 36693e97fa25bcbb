package co.caution.gateway;

/** What the examples of the OpenAPI document speak of. */
final class ApiSeed {

    static final String SERVER = "http://localhost:8080";
    static final String APP = "a0000000-0000-4000-8000-000000000001";
    static final String OTHER_APP = "a0000000-0000-4000-8000-000000000002";
    static final String BUILD = "b0000000-0000-4000-8000-000000000001";
    static final String RELEASE = "b0000000-0000-4000-8000-000000000002";
    static final String DEPLOYMENT = "b0000000-0000-4000-8000-000000000003";
    static final String KEY = "c0000000-0000-4000-8000-000000000001";
    static final String TOKEN = "d0000000-0000-4000-8000-000000000001";
    static final String ANY_ID = "e0000000-0000-4000-8000-000000000001";
    static final String SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBmimwF7oS8uz+euWD7XrdD6H6bnDBHA94Pd8n0SdxRX bob";
    static final String NONCE = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    private ApiSeed() {}
}
