package co.caution.cli;

/** The one entry point: every command, the server among them, is a subcommand. */
public final class Caution {

    private Caution() {}

    static void main(String[] args) {
        System.out.println("caution 0.1.0");
    }
}
