package co.caution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;

/** A PostgreSQL outside of any service: a second one of those that it carries. */
public final class TestDatabase implements AutoCloseable {

    private final Path directory;
    private final EmbeddedDatabase database;

    public TestDatabase(Path directory) throws IOException, InterruptedException {
        this.directory = directory;
        this.database = EmbeddedDatabase.start(Files.createDirectories(directory), new SecureRandom());
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + database.dataSource().getPortNumbers()[0] + "/postgres";
    }

    public String user() {
        return EmbeddedDatabase.USER;
    }

    public String password() {
        return database.dataSource().getPassword();
    }

    public List<ProcessHandle> processes() {
        return processes(directory);
    }

    /** Those of the database in this directory. */
    public static List<ProcessHandle> processes(Path directory) {
        return ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").startsWith(directory + "/"))
                .toList();
    }

    @Override
    public void close() throws IOException {
        database.close();
    }
}
