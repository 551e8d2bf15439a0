package io.sunaba.shell.template;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.RejectedException;
import io.sunaba.error.SunabaException;
import io.sunaba.factory.Template;
import io.sunaba.factory.TemplateState;
import io.sunaba.factory.Templates;
import io.sunaba.hypervisor.HypervisorConfig;
import io.sunaba.sandbox.Sandboxes;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Option;
import io.sunaba.shell.command.Progress;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.sandbox.SandboxCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The commands `template:*`.
public final class TemplateCommands {
    private static final String BACKGROUND = "background";
    private static final Duration MOMENT = Duration.ofMillis(300);

    private final Supplier<Templates> templates;
    private final Supplier<Sandboxes> sandboxes;

    /// @param templates gives the templates, or fails if nobody has any just now
    /// @param sandboxes gives the API, or fails if it is not there just now
    public TemplateCommands(Supplier<Templates> templates, Supplier<Sandboxes> sandboxes) {
        this.templates = requireNonNull(templates, "templates is null");
        this.sandboxes = requireNonNull(sandboxes, "sandboxes is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        syntax("list", "List the templates that machines are cloned from"),
                        _ -> templates.get().list()),
                new Command(
                        syntax(
                                        "create",
                                        "Make the template for sandboxes of a size, unless it is"
                                                + " there")
                                .with(
                                        SandboxCommands.MEMORY,
                                        SandboxCommands.CPUS,
                                        SandboxCommands.HYPERVISOR,
                                        Option.flag(BACKGROUND, "do not wait for it")),
                        this::create),
                new Command(
                        syntax(
                                "delete",
                                "Delete templates; machines that were cloned from them go on",
                                "TEMPLATE",
                                "[TEMPLATE...]"),
                        this::delete),
                new Command(
                        syntax(
                                "verify",
                                "Read templates, or all, from their first byte to their last; one"
                                        + " that is damaged is removed",
                                "[TEMPLATE...]"),
                        this::verify));
    }

    private Object create(Call call) throws Exception {
        Templates there = templates.get();
        HypervisorConfig machine = sandboxes.get().machine(SandboxCommands.config(call));
        if (call.arguments().flag(BACKGROUND)) {
            return createAside(there, machine);
        }
        try (Progress _ = Progress.of(call, "making a template: a machine boots")) {
            return there.create(machine);
        }
    }

    /// What cannot be is told all the same: that is known at once.
    private static Object createAside(Templates there, HypervisorConfig machine) throws Exception {
        FutureTask<Template> making = new FutureTask<>(() -> there.create(machine));
        Thread.ofVirtual().name("template:create").start(making);
        try {
            return making.get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return "the template is being made; template:list tells when it is ready";
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SunabaException failure ? failure : e;
        }
    }

    private @Nullable Object delete(Call call) throws InterruptedException {
        for (String id : call.arguments().operands()) {
            templates.get().delete(id);
        }
        return null;
    }

    private List<Template> verify(Call call) throws InterruptedException {
        Templates there = templates.get();
        List<String> wanted = call.arguments().operands();
        if (wanted.isEmpty()) {
            wanted =
                    there.list().stream()
                            .filter(template -> template.state() == TemplateState.READY)
                            .map(Template::id)
                            .toList();
        }
        List<RejectedException> damage = new ArrayList<>();
        for (String id : wanted) {
            try (Progress _ = Progress.of(call, "reading template " + id)) {
                there.verify(id);
            } catch (RejectedException e) {
                damage.add(e);
            }
        }
        if (!damage.isEmpty()) {
            throw new RejectedException(
                    damage.stream()
                            .map(Throwable::getMessage)
                            .collect(Collectors.joining("; ", "", "; removed")),
                    damage.getFirst());
        }
        List<String> whole = wanted;
        return there.list().stream().filter(template -> whole.contains(template.id())).toList();
    }

    private static Syntax syntax(String name, String summary, String... operands) {
        return new Syntax("template", name, summary, operands);
    }
}
