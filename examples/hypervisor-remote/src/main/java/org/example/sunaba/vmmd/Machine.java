package org.example.sunaba.vmmd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.example.sunaba.vmmd.Refusal.Kind;

/// One machine: a process of QEMU, and a folder with its sockets, owner and process id.
final class Machine {
    private static final long POLL_NANOS = 2_000_000;

    private final Path folder;
    private final ReentrantLock lock = new ReentrantLock();
    private final CompletableFuture<List<String>> exit = new CompletableFuture<>();
    private final Console console = new Console(this::execute);
    private final Disks disks = new Disks(this);

    private volatile String owner;
    private volatile String state = "CREATED";
    private volatile String reason = "FAILED";
    private ProcessHandle process;
    private Qmp qmp;

    Machine(Path folder, String owner) {
        this.folder = folder;
        this.owner = owner;
    }

    /// Takes up a machine whose folder a former daemon has left.
    static Machine takeUp(Path folder) throws IOException {
        Machine machine = new Machine(folder, Files.readString(folder.resolve("owner")));
        Path pid = folder.resolve("pid");
        Optional<ProcessHandle> process =
                Files.exists(pid)
                        ? ProcessHandle.of(Long.parseLong(Files.readString(pid)))
                        : Optional.empty();
        // A process id may by now be that of another process.
        if (process.isPresent() && commandLine(process.get().pid()).contains(machine.id())) {
            machine.process = process.get();
            machine.process.onExit().thenRun(() -> machine.ended("it ended"));
            machine.connect();
            machine.disks.takeUp();
            String status = machine.qmp.execute("{\"execute\": \"query-status\"}");
            machine.state =
                    status.contains("\"prelaunch\"")
                            ? "CREATED"
                            : status.contains("\"running\": true") ? "RUNNING" : "PAUSED";
        } else {
            machine.ended("it ended while nobody looked");
        }
        return machine;
    }

    private static String commandLine(long pid) throws IOException {
        Path file = Path.of("/proc/" + pid + "/cmdline");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    String id() {
        return folder.getFileName().toString();
    }

    String owner() {
        return owner;
    }

    Path folder() {
        return folder;
    }

    String state() {
        return state;
    }

    void create(QemuCommand command) throws Refusal, IOException {
        lock.lock();
        try {
            Files.createDirectory(folder);
            Files.writeString(folder.resolve("owner"), owner);
            Process child =
                    new ProcessBuilder(command.arguments(folder))
                            .redirectErrorStream(true)
                            .redirectOutput(folder.resolve("log").toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .start();
            process = child.toHandle();
            child.onExit().thenAccept(it -> ended("exit status " + it.exitValue()));
            Files.writeString(folder.resolve("pid"), Long.toString(child.pid()));
            connect();
        } catch (IOException e) {
            boolean died = process != null && !process.isAlive();
            String words = Files.exists(folder.resolve("log")) ? lastWords() : "";
            destroy();
            if (died || process != null) {
                throw new Refusal(Kind.DIED, "the process ended: " + words);
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private String lastWords() throws IOException {
        return Files.readString(folder.resolve("log")).strip().replaceAll("\\s*\n\\s*", "; ");
    }

    private void connect() throws IOException {
        while (qmp == null) {
            try {
                qmp = new Qmp(folder.resolve("qmp"), this::event);
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    private void event(String line) {
        if (line.contains("\"guest-shutdown\"")) {
            reason = "POWERED_OFF";
        } else if (line.contains("\"GUEST_PANICKED\"") || line.contains("\"guest-reset\"")) {
            reason = "PANICKED";
        } else if (line.contains("\"DEVICE_DELETED\"")) {
            disks.deleted(line);
        }
    }

    private void ended(String detail) {
        state = "GONE";
        exit.complete(List.of(reason, detail));
        disks.gone();
    }

    String execute(String command) throws IOException {
        return qmp.execute(command);
    }

    List<String> call(String verb, List<String> words)
            throws Refusal, IOException, InterruptedException {
        switch (verb) {
            case "STATE" -> {
                return List.of(state, owner);
            }
            case "WAIT" -> {
                return exit.join();
            }
            default -> {
                // Those that change it, one after the other.
            }
        }
        lock.lock();
        try {
            if (verb.equals("LOOK")) {
                look();
                return List.of(state, owner);
            }
            return change(verb, words);
        } finally {
            lock.unlock();
        }
    }

    /// Asks the process, which may have been killed just now.
    private void look() {
        try {
            if (!state.equals("GONE")) {
                execute("{\"execute\": \"query-status\"}");
            }
        } catch (IOException _) {
            process.onExit().join();
            ended("it ended");
        }
    }

    private List<String> change(String verb, List<String> words) throws Refusal, IOException {
        if (verb.equals("CONSOLE")) {
            return state.equals("GONE") ? List.of() : console.tail(Integer.parseInt(words.get(0)));
        }
        if (state.equals("GONE") || !process.isAlive()) {
            throw new Refusal(Kind.CONFLICT, "machine " + id() + " is GONE");
        }
        switch (verb) {
            case "START" -> become("RUNNING", "cont", "CREATED");
            case "PAUSE" -> become("PAUSED", "stop", "RUNNING", "PAUSED");
            case "RESUME" -> become("RUNNING", "cont", "RUNNING", "PAUSED");
            case "OWNER" -> {
                Path fresh = folder.resolve("owner.new");
                Files.writeString(fresh, words.get(0));
                Files.move(fresh, folder.resolve("owner"), StandardCopyOption.ATOMIC_MOVE);
                owner = words.get(0);
            }
            case "PLUG" -> {
                return List.of(Integer.toString(disks.plug(words)));
            }
            case "UNPLUG" -> disks.unplug(words.get(0));
            default -> throw new Refusal(Kind.REJECTED, "nobody knows how to " + verb);
        }
        return List.of();
    }

    private void become(String next, String command, String... legal) throws Refusal, IOException {
        if (!List.of(legal).contains(state)) {
            throw new Refusal(
                    Kind.CONFLICT,
                    "cannot %s machine %s: it is %s".formatted(command, id(), state));
        }
        if (!state.equals(next)) {
            execute("{\"execute\": \"%s\"}".formatted(command));
            if (!state.equals("GONE")) {
                state = next;
            }
        }
    }

    /// Ends the process, whatever it is about, and removes the folder.
    void destroy() throws IOException {
        reason = process != null && process.isAlive() ? "STOPPED" : reason;
        lock.lock();
        try {
            if (process != null) {
                process.destroyForcibly();
                process.onExit().join();
            }
            ended("it was asked to");
            if (qmp != null) {
                qmp.close();
            }
            if (Files.exists(folder)) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (Path file : files.toList().reversed()) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
