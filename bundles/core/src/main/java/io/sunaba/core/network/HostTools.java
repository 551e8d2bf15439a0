package io.sunaba.core.network;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// Runs `ip` and `tc`, in a network namespace if one is given.
class HostTools {
    private static final List<String> FORBIDDEN =
            List.of("Operation not permitted", "Permission denied");
    private static final String NO_NAMESPACE = "Invalid argument";

    private final List<String> prefix;

    HostTools() {
        this(List.of());
    }

    /// @param prefix what runs the programs, if they are not run directly
    HostTools(List<String> prefix) {
        this.prefix = List.copyOf(prefix);
    }

    /// What a program said, and how it ended.
    private record Result(int status, String output, String error) {}

    /// Runs a program that must succeed.
    ///
    /// @param namespace the file of a network namespace, or null for the platform's own
    void run(@Nullable Path namespace, String... command) throws InterruptedException {
        var _ = output(namespace, command);
    }

    private String output(@Nullable Path namespace, String... command) throws InterruptedException {
        Result result = execute(namespace, List.of(command));
        if (result.status() != 0) {
            throw failure(namespace, command, result);
        }
        return result.output();
    }

    private static RuntimeException failure(
            @Nullable Path namespace, String[] command, Result result) {
        String what =
                "'%s'%s failed: %s"
                        .formatted(
                                String.join(" ", command),
                                namespace == null ? "" : " in " + namespace,
                                result.error().isEmpty()
                                        ? "status " + result.status()
                                        : result.error());
        return FORBIDDEN.stream().anyMatch(result.error()::contains)
                ? new RejectedException(
                        what
                                + "; networks other than user mode need the capabilities CAP_NET_ADMIN"
                                + " and CAP_SYS_ADMIN")
                : new UnavailableException(what);
    }

    /// Tells whether a file is a network namespace: one that was deleted may leave a plain file.
    boolean isNamespace(Path file) throws InterruptedException {
        if (!Files.exists(file)) {
            return false;
        }
        Result result = execute(file, List.of("true"));
        if (result.status() != 0 && !result.error().contains(NO_NAMESPACE)) {
            throw failure(file, new String[] {"true"}, result);
        }
        return result.status() == 0;
    }

    /// Returns the JSON objects that a program prints.
    List<JsonObject> list(@Nullable Path namespace, String... command) throws InterruptedException {
        String output = output(namespace, command);
        try {
            JsonElement json = output.isBlank() ? new JsonArray() : JsonParser.parseString(output);
            return StreamSupport.stream(json.getAsJsonArray().spliterator(), false)
                    .map(JsonElement::getAsJsonObject)
                    // It prints empty ones for what a filter left out.
                    .filter(each -> !each.isEmpty())
                    .toList();
        } catch (JsonParseException | IllegalStateException e) {
            throw new UnavailableException(
                    "what '%s' prints cannot be read".formatted(String.join(" ", command)), e);
        }
    }

    /// Returns what a device is, or nothing if there is none.
    Optional<JsonObject> find(@Nullable Path namespace, String device) throws InterruptedException {
        String[] command = {"ip", "-j", "-d", "address", "show", "dev", device};
        Result result = execute(namespace, List.of(command));
        if (result.status() != 0) {
            if (result.error().contains("does not exist")) {
                return Optional.empty();
            }
            throw failure(namespace, command, result);
        }
        try {
            return Optional.of(
                    JsonParser.parseString(result.output()).getAsJsonArray().asList().stream()
                            .map(JsonElement::getAsJsonObject)
                            .filter(each -> !each.isEmpty())
                            .findFirst()
                            .orElseThrow(() -> new JsonParseException("it is empty")));
        } catch (JsonParseException | IllegalStateException e) {
            throw new UnavailableException("what ip tells of " + device + " cannot be read", e);
        }
    }

    private Result execute(@Nullable Path namespace, List<String> command)
            throws InterruptedException {
        List<String> words = new ArrayList<>(prefix);
        if (namespace != null) {
            words.addAll(List.of(program("nsenter"), "--net=" + namespace));
        }
        words.add(program(command.getFirst()));
        words.addAll(command.subList(1, command.size()));
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("LC_ALL", "C");
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UnavailableException("cannot run " + words.getFirst(), e);
        }
        try {
            CompletableFuture<String> error =
                    CompletableFuture.supplyAsync(
                            () -> text(process.getErrorStream()), Thread::startVirtualThread);
            CompletableFuture<String> output =
                    CompletableFuture.supplyAsync(
                            () -> text(process.getInputStream()), Thread::startVirtualThread);
            int status = process.waitFor();
            return new Result(status, output.join(), oneLine(error.join()));
        } finally {
            process.destroyForcibly().onExit().join();
        }
    }

    private static String text(InputStream in) {
        try (in) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    private static String oneLine(String text) {
        return String.join(
                ", ", text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList());
    }

    /// Also where administrators' programs are, which a user's PATH may leave out.
    private static String program(String name) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/sbin";
        return Stream.of(path.split(":", -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory).resolve(name))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElseThrow(() ->
                        new UnavailableException(
                                "%s is not installed: it comes with the package %s"
                                        .formatted(
                                                name,
                                                name.equals("nsenter")
                                                        ? "util-linux"
                                                        : "iproute2")));
    }

    /// Returns a member that is a text.
    static String text(JsonObject object, String member) {
        JsonElement value = object.get(member);
        return value == null || !value.isJsonPrimitive() ? "" : requireNonNull(value.getAsString());
    }
}
