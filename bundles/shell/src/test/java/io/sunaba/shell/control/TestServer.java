package io.sunaba.shell.control;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.OciBundles;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.shell.HostSandboxes;
import io.sunaba.shell.HostTemplates;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.shell.container.ContainerCommands;
import io.sunaba.shell.device.DeviceCommands;
import io.sunaba.shell.events.EventsCommand;
import io.sunaba.shell.format.Formats;
import io.sunaba.shell.format.JsonCommand;
import io.sunaba.shell.network.NetworkCommands;
import io.sunaba.shell.sandbox.SandboxCommands;
import io.sunaba.shell.template.TemplateCommands;
import io.sunaba.shell.top.TopCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;

/// A control server with the commands on sandboxes and containers.
final class TestServer implements AutoCloseable {
    /// Every bundle says the same.
    static final OciBundles BUNDLES =
            (id, bundle) ->
                    new ContainerConfig(
                            id,
                            new Rootfs.Packed(Path.of("/")),
                            new ProcessConfig(List.of("/bin/echo", bundle.toString())));

    /// Fails as one that was interrupted a second time while it cleaned up.
    private static final Command INTERRUPTED =
            new Command(
                    new Syntax("test", "interrupted", "Fail"),
                    _ -> {
                        Thread.currentThread().interrupt();
                        throw new InterruptedException();
                    });

    private final CommandProcessorImpl processor;
    private final ControlServer server;

    TestServer(Path run, ThreadIOImpl threadIo, HostSandboxes sandboxes, HostTemplates templates) {
        Formats formats = new Formats();
        List<Command> commands = new ArrayList<>();
        commands.addAll(new SandboxCommands(() -> sandboxes, () -> BUNDLES).list());
        commands.addAll(new ContainerCommands(() -> sandboxes, () -> BUNDLES).list());
        commands.addAll(new DeviceCommands(() -> sandboxes).list());
        commands.addAll(new TemplateCommands(() -> templates, () -> sandboxes).list());
        commands.addAll(new NetworkCommands(() -> sandboxes).list());
        commands.add(EventsCommand.of(() -> sandboxes));
        commands.add(TopCommand.of(() -> sandboxes));
        commands.add(INTERRUPTED);
        commands.add(JsonCommand.of(formats));
        processor = new CommandProcessorImpl(threadIo);
        processor.addConverter(formats);
        for (Command command : commands) {
            processor.addCommand(command.syntax().scope(), command, command.syntax().name());
        }
        server =
                new ControlServer(
                        run,
                        run,
                        processor,
                        new Vocabulary(commands, () -> Optional.of(sandboxes), Map.of()),
                        () -> false);
    }

    @Override
    public void close() throws IOException {
        server.close();
        processor.stop();
    }
}
