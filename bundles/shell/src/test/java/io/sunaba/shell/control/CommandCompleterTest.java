package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.sandbox.ContainerConfig;
import io.sunaba.sandbox.DeviceInfo;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.Rootfs;
import io.sunaba.sandbox.SandboxConfig;
import io.sunaba.shell.HostSandboxes;
import io.sunaba.shell.HostTemplates;
import io.sunaba.shell.cache.CacheCommands;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.container.ContainerCommands;
import io.sunaba.shell.device.DeviceCommands;
import io.sunaba.shell.events.EventsCommand;
import io.sunaba.shell.network.NetworkCommands;
import io.sunaba.shell.sandbox.SandboxCommands;
import io.sunaba.shell.template.TemplateCommands;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.Candidate;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Parser.ParseContext;
import org.jline.terminal.impl.DumbTerminal;
import org.junit.jupiter.api.Test;

class CommandCompleterTest {
    private final HostSandboxes sandboxes = new HostSandboxes();

    @Test
    void idsAreThoseOfSandboxesAndTheirContainers() throws Exception {
        create("one", "web");
        create("two", "db");
        assertThat(complete("container:exec ")).containsExactlyInAnyOrder("one", "two");
        assertThat(complete("container:exec two ")).containsExactly("db");
        assertThat(complete("container:exec --tty --user root one ")).containsExactly("web");
        assertThat(complete("sandbox:events one ")).containsExactly("two");
        assertThat(complete("container:create one ")).doesNotContain("web");
        assertThat(complete("container:status one web ")).contains("--help").doesNotContain("one");
    }

    @Test
    void devicesAreThoseOfTheirSandbox() throws Exception {
        create("one", "web");
        create("two", "db");
        sandboxes
                .fetch("one")
                .addDevice(new DeviceInfo.Share("src", null, null, Path.of("/src"), true));
        assertThat(complete("device:remove one ")).containsExactly("src");
        assertThat(complete("device:remove two ")).containsExactly("--help");
        assertThat(complete("device:add two --container ")).containsExactly("db");
        assertThat(complete("device:add one -")).contains("--block", "--share", "--destination");
    }

    @Test
    void templatesHaveIds() throws Exception {
        assertThat(complete("template:delete ")).containsExactly("t1", "t2");
        assertThat(complete("template:verify t1 ")).containsExactly("t2");
        assertThat(complete("template:create -")).contains("--memory", "--background");
    }

    @Test
    void optionsAndSignalsHaveNames() throws Exception {
        create("one", "web");
        assertThat(complete("container:exec -")).contains("--tty", "--env", "--");
        assertThat(complete("container:exec --tty -")).contains("--env").doesNotContain("--tty");
        assertThat(complete("container:kill one web --signal ")).contains("TERM", "HUP", "USR1");
        assertThat(complete("sandbox:ev")).contains("sandbox:events");
        assertThat(complete("interface:add --type ")).containsExactly("netns", "tap", "user");
        sandboxes
                .fetch("one")
                .addInterface(
                        new Interface(
                                "net0", null, List.of(), null, new Interface.UserMode(List.of())));
        assertThat(complete("interface:remove one ")).containsExactly("net0");
        assertThat(complete("interface:remove nonesuch ")).containsExactly("--help");
        assertThat(complete("interface:")).contains("interface:add", "interface:list");
    }

    @Test
    void othersAreThoseThatThereAre() throws Exception {
        assertThat(complete("cache:drain ")).containsExactly("p1", "p2");
        assertThat(complete("cache:drain p1 ")).containsExactly("p2");
        assertThat(complete("cache:resize p1 ")).containsExactly("--help");
        assertThat(complete("cache:")).contains("cache:status");
    }

    @Test
    void programsAreNoBusinessOfOurs() throws Exception {
        create("one", "web");
        assertThat(complete("container:exec one web ls -")).isEmpty();
        assertThat(complete("container:exec one web -- ")).isEmpty();
    }

    private void create(String sandbox, String container) throws InterruptedException {
        sandboxes
                .create(new SandboxConfig(sandbox))
                .createContainer(
                        new ContainerConfig(
                                container,
                                new Rootfs.Packed(Path.of("/")),
                                new ProcessConfig(List.of("true"))));
    }

    private List<Command> commands() {
        List<Command> commands = new ArrayList<>();
        commands.addAll(new SandboxCommands(() -> sandboxes, () -> TestServer.BUNDLES).list());
        commands.addAll(new ContainerCommands(() -> sandboxes, () -> TestServer.BUNDLES).list());
        commands.addAll(new DeviceCommands(() -> sandboxes).list());
        commands.addAll(new TemplateCommands(HostTemplates::new, () -> sandboxes).list());
        commands.addAll(new NetworkCommands(() -> sandboxes).list());
        commands.add(EventsCommand.of(() -> sandboxes));
        commands.addAll(new CacheCommands(Map::of).list());
        return commands;
    }

    private List<String> complete(String line) throws IOException {
        CommandProcessorImpl processor = new CommandProcessorImpl(new ThreadIOImpl());
        try (CommandSession session =
                        processor.createSession(
                                InputStream.nullInputStream(),
                                OutputStream.nullOutputStream(),
                                OutputStream.nullOutputStream());
                DumbTerminal terminal =
                        new DumbTerminal(
                                new ByteArrayInputStream(new byte[0]),
                                new ByteArrayOutputStream())) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
            List<Candidate> candidates = new ArrayList<>();
            new CommandCompleter(
                            session,
                            new Vocabulary(
                                    commands(),
                                    () -> Optional.of(sandboxes),
                                    Map.of(
                                            "POOL", () -> List.of("p1", "p2"),
                                            "TEMPLATE", () -> List.of("t1", "t2"))))
                    .complete(
                            reader,
                            new Parser().parse(line, line.length(), ParseContext.COMPLETE),
                            candidates);
            return candidates.stream().map(Candidate::value).toList();
        } finally {
            processor.stop();
        }
    }
}
