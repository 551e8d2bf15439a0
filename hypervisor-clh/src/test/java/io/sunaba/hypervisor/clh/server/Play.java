package io.sunaba.hypervisor.clh.server;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What a test wants of the stand-ins, and what it is told by them: files in a directory.
///
/// @param directory the directory
public record Play(Path directory) {
    /// Has an operation fail.
    ///
    /// @param operation such as `PUT vm.boot`
    public void refuse(String operation, int status, String... chain) throws IOException {
        JsonObject act = new JsonObject();
        act.addProperty("status", status);
        act.addProperty("chain", String.join("\n", chain));
        write(operation, act);
    }

    /// Has the program die in the middle of an operation.
    public void die(String operation) throws IOException {
        JsonObject act = new JsonObject();
        act.addProperty("die", true);
        write(operation, act);
    }

    /// Has an operation take its time.
    public void delay(String operation, long millis) throws IOException {
        JsonObject act = new JsonObject();
        act.addProperty("millis", millis);
        write(operation, act);
    }

    /// Has all operations go their way again.
    public void end(String operation) throws IOException {
        Files.deleteIfExists(file(operation));
    }

    private void write(String operation, JsonObject act) throws IOException {
        Path fresh = directory.resolve("act.new");
        Files.writeString(fresh, act.toString());
        Files.move(fresh, file(operation));
    }

    private Path file(String operation) {
        return directory.resolve(operation + ".act");
    }

    private Path log() {
        return directory.resolve("requests.log");
    }

    private Path forbidden() {
        return directory.resolve("forbidden.log");
    }

    private Path sent() {
        return directory.resolve("members.log");
    }

    /// Returns the operations that were asked for.
    public List<String> requests() throws IOException {
        return lines(log());
    }

    /// Returns what was asked for and must not be.
    public List<String> forbiddenRequests() throws IOException {
        return lines(forbidden());
    }

    /// Returns the members of schemas that were sent, and the values of enumerations.
    public Set<String> members() throws IOException {
        return new TreeSet<>(lines(sent()));
    }

    /// Notes what a request consists of.
    void sent(Set<String> members) throws IOException {
        for (String member : members) {
            append(sent(), member);
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /// Notes a request, and plays what is to be played.
    void request(String operation, List<String> violations)
            throws IOException, InterruptedException, Refusal {
        append(log(), operation);
        if (!violations.isEmpty()) {
            append(forbidden(), operation + ": " + violations);
            throw new Refusal(400, "Bad Request", String.join("; ", violations));
        }
        JsonObject act;
        try {
            act = JsonParser.parseString(Files.readString(file(operation))).getAsJsonObject();
        } catch (NoSuchFileException _) {
            return;
        }
        if (act.has("millis")) {
            Thread.sleep(act.get("millis").getAsLong());
        }
        if (act.has("die")) {
            System.err.println("thread 'vmm' panicked at " + operation);
            Runtime.getRuntime().halt(134);
        }
        if (act.has("status")) {
            throw new Refusal(
                    act.get("status").getAsInt(), act.get("chain").getAsString().split("\n", -1));
        }
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(
                file,
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.APPEND);
    }
}
