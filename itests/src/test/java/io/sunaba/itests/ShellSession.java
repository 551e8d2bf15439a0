package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A shell that is given one command after the other, as somebody types them.
final class ShellSession implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 240;
    private static final String END = "@end-of-command ";

    private final Process process;
    private final OutputStream input;
    private final BufferedReader output;

    /// What a command printed, and how it ended.
    record Result(int status, List<String> lines) {}

    ShellSession(Path directory, Map<String, String> environment) {
        this(directory, environment, List.of());
    }

    /// @param before what runs the shell, or nothing
    ShellSession(Path directory, Map<String, String> environment, List<String> before) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of("bash", "--noprofile", "--norc"));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        input = process.getOutputStream();
        output = process.inputReader(UTF_8);
    }

    Result run(String command) {
        CompletableFuture<Result> result =
                CompletableFuture.supplyAsync(() -> exchange(command), Thread::startVirtualThread);
        try {
            return result.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no end within " + PATIENCE_SECONDS + " s: " + command, e);
        } catch (ExecutionException e) {
            throw new AssertionError(command, e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private Result exchange(String command) {
        try {
            String line = "{ " + command + "\n} </dev/null; printf '\\n%s\\n' \"" + END + "$?\"\n";
            input.write(line.getBytes(UTF_8));
            input.flush();
            List<String> lines = new ArrayList<>();
            while (true) {
                String next = output.readLine();
                if (next == null) {
                    throw new IOException("the shell ended: " + lines);
                }
                if (next.startsWith(END)) {
                    return new Result(Integer.parseInt(next.substring(END.length())), lines);
                }
                lines.add(next);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
