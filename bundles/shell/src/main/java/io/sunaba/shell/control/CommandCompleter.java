package io.sunaba.shell.control;

import static java.util.Objects.requireNonNull;

import io.sunaba.sandbox.ContainerStatus;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Sandbox;
import io.sunaba.sandbox.SandboxStatus;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.container.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.jline.builtins.Completers.DirectoriesCompleter;
import org.jline.builtins.Completers.FilesCompleter;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;

/// Completes names of commands, options and signals, ids of sandboxes, containers and devices,
/// interfaces, files and directories.
final class CommandCompleter implements Completer {
    private static final String TOOLS = "tool:";
    private static final long PATIENCE_MILLIS = 1000;
    private static final List<String> NETWORK_TYPES = List.of("netns", "tap", "user");

    private final CommandSession session;
    private final Vocabulary vocabulary;

    CommandCompleter(CommandSession session, Vocabulary vocabulary) {
        this.session = requireNonNull(session, "session is null");
        this.vocabulary = requireNonNull(vocabulary, "vocabulary is null");
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        if (before.isEmpty()) {
            commandNames().forEach(candidates::add);
            return;
        }
        Optional<Syntax> syntax =
                vocabulary.commands().stream()
                        .map(Command::syntax)
                        .filter(known -> known.fullName().equals(before.getFirst()))
                        .findFirst();
        if (syntax.isEmpty() || inProgram(syntax.get(), before)) {
            return;
        }
        Option open = openOption(syntax.get(), before.getLast());
        if (open != null && "DIR".equals(open.argument())) {
            new DirectoriesCompleter(session.currentDir()).complete(reader, line, candidates);
        } else if (open != null && "TYPE".equals(open.argument())) {
            NETWORK_TYPES.forEach(name -> candidates.add(candidate(name, null)));
        } else if (open != null && "FILE".equals(open.argument())) {
            new FilesCompleter(session.currentDir()).complete(reader, line, candidates);
        } else if (open != null && "CONTAINER".equals(open.argument())) {
            given(syntax.get(), before).stream()
                    .limit(1)
                    .flatMap(this::containers)
                    .forEach(it -> candidates.add(candidate(it.id(), word(it.state()))));
        } else if (open != null && "SIGNAL".equals(open.argument())) {
            Signal.names().forEach(name -> candidates.add(candidate(name, null)));
        } else if (open == null) {
            operands(syntax.get(), before).forEach(candidates::add);
            if (line.word().startsWith("-") || candidates.isEmpty()) {
                options(syntax.get(), before).forEach(candidates::add);
            }
        }
    }

    private Stream<Candidate> commandNames() {
        Stream<Candidate> ours =
                vocabulary.commands().stream()
                        .map(Command::syntax)
                        .map(syntax -> candidate(syntax.fullName(), syntax.summary()));
        Stream<Candidate> tools =
                session.get(".commands") instanceof Set<?> names
                        ? names.stream()
                                .map(String::valueOf)
                                .filter(name -> name.startsWith(TOOLS))
                                .map(name -> candidate(name.substring(TOOLS.length()), null))
                        : Stream.empty();
        return Stream.concat(ours, tools);
    }

    private Stream<Candidate> operands(Syntax syntax, List<String> before) {
        List<String> given = given(syntax, before);
        return switch (syntax.operand(given.size()).orElse("")) {
            case "SANDBOX" ->
                    sandboxes()
                            .filter(it -> !given.contains(it.id()))
                            .map(it -> candidate(it.id(), word(it.state())));
            case "CONTAINER" ->
                    // What comes to be has no id to complete yet.
                    syntax.name().equals("create")
                            ? Stream.empty()
                            : containers(given.getFirst())
                                    .map(it -> candidate(it.id(), word(it.state())));
            case "INTERFACE" -> interfaces(given.getFirst()).map(it -> candidate(it.name(), null));
            case "DEVICE" -> devices(given.getFirst());
            case "COMMAND" -> commandNames();
            case String other ->
                    vocabulary.others().getOrDefault(other, List::of).get().stream()
                            .filter(name -> !given.contains(name))
                            .map(name -> candidate(name, null));
        };
    }

    private Stream<SandboxStatus> sandboxes() {
        return vocabulary.sandboxes().get().stream().flatMap(api -> api.list().stream());
    }

    private Stream<ContainerStatus> containers(String sandboxId) {
        return sandboxes()
                .filter(sandbox -> sandbox.id().equals(sandboxId))
                .flatMap(sandbox -> sandbox.containers().stream());
    }

    /// Returns the interfaces of a sandbox that can be removed, if its guest tells them soon.
    private Stream<Interface> interfaces(String sandboxId) {
        CompletableFuture<List<Interface>> answer = new CompletableFuture<>();
        Thread asking =
                Thread.startVirtualThread(() -> {
                    try {
                        Optional<Sandbox> sandbox =
                                vocabulary.sandboxes().get().flatMap(api -> api.find(sandboxId));
                        answer.complete(
                                sandbox.isEmpty() ? List.of() : sandbox.get().listInterfaces());
                    } catch (InterruptedException | RuntimeException _) {
                        answer.complete(List.of());
                    }
                });
        List<Interface> all =
                answer.completeOnTimeout(List.of(), PATIENCE_MILLIS, TimeUnit.MILLISECONDS).join();
        asking.interrupt();
        return all.stream().filter(each -> each.network() != null);
    }

    private Stream<Candidate> devices(String sandboxId) {
        return vocabulary.sandboxes().get().stream()
                .flatMap(api -> api.find(sandboxId).stream())
                .flatMap(sandbox -> sandbox.listDevices().stream())
                .map(device -> candidate(device.info().id(), device.guestPath()));
    }

    private static Stream<Candidate> options(Syntax syntax, List<String> before) {
        Stream<Candidate> options =
                syntax.options().stream()
                        .filter(it -> it.repeated() || !before.contains("--" + it.name()))
                        .map(option -> candidate("--" + option.name(), option.description()));
        options =
                before.contains("--help")
                        ? options
                        : Stream.concat(
                                options, Stream.of(candidate("--help", "print how it is used")));
        return syntax.program() != Syntax.Program.NONE
                ? Stream.concat(options, Stream.of(candidate("--", "the command to run follows")))
                : options;
    }

    /// Returns the option whose argument comes next, or null.
    private static @Nullable Option openOption(Syntax syntax, String word) {
        return syntax.options().stream()
                .filter(option -> option.argument() != null)
                .filter(option -> word.equals("--" + option.name()))
                .findFirst()
                .orElse(null);
    }

    /// Tells whether what comes next is an argument of the program to run.
    private static boolean inProgram(Syntax syntax, List<String> before) {
        return before.contains("--")
                || (syntax.program() != Syntax.Program.NONE
                        && given(syntax, before).size() > syntax.operands().size());
    }

    /// Returns the operands that are given already.
    private static List<String> given(Syntax syntax, List<String> before) {
        List<String> given = new ArrayList<>();
        for (int i = 1; i < before.size(); i++) {
            if (!before.get(i).startsWith("-") && openOption(syntax, before.get(i - 1)) == null) {
                given.add(before.get(i));
            }
        }
        return given;
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static Candidate candidate(String value, @Nullable String description) {
        return new Candidate(value, value, null, description, null, null, true);
    }
}
