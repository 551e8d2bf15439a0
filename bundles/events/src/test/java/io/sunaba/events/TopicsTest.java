package io.sunaba.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.hypervisor.MachineExit;
import io.sunaba.sandbox.ContainerState;
import io.sunaba.sandbox.ExitStatus;
import io.sunaba.sandbox.SandboxEvent;
import io.sunaba.sandbox.SandboxState;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.osgi.service.event.Event;

class TopicsTest {
    private static final Instant AT = Instant.ofEpochMilli(1234);

    private static void expect(SandboxEvent told, String topic, Map<String, ?> details) {
        Event event = Topics.event(told);
        assertThat(event.getTopic()).isEqualTo("io/sunaba/sandbox/" + topic);
        Map<String, Object> properties = new TreeMap<>();
        for (String name : event.getPropertyNames()) {
            properties.put(name, event.getProperty(name));
        }
        properties.remove("event.topics");
        assertThat(properties.remove("sandbox.id")).isEqualTo("web");
        assertThat(properties.remove("timestamp")).isEqualTo(1234L);
        assertThat(properties).isEqualTo(details);
    }

    @Test
    void changesTellWhatWasAndWhatIs() {
        expect(
                new SandboxEvent.StateChanged("web", AT, null, SandboxState.READY),
                "StateChanged",
                Map.of("to", "READY"));
        expect(
                new SandboxEvent.StateChanged("web", AT, SandboxState.STOPPED, null),
                "StateChanged",
                Map.of("from", "STOPPED"));
        expect(
                new SandboxEvent.ContainerStateChanged(
                        "web",
                        AT,
                        "one",
                        ContainerState.RUNNING,
                        ContainerState.STOPPED,
                        new ExitStatus(137, AT)),
                "ContainerStateChanged",
                Map.of(
                        "container.id",
                        "one",
                        "from",
                        "RUNNING",
                        "to",
                        "STOPPED",
                        "exit.code",
                        137));
    }

    @Test
    void whatHappensTellsWhy() {
        expect(
                new SandboxEvent.MachineExited(
                        "web", AT, new MachineExit(MachineExit.Reason.PANICKED, "oops", AT)),
                "MachineExited",
                Map.of("reason", "PANICKED", "detail", "oops"));
        expect(
                new SandboxEvent.AgentLost("web", AT, "end of file"),
                "AgentLost",
                Map.of("detail", "end of file"));
        expect(
                new SandboxEvent.OutOfMemory("web", AT, "one"),
                "OutOfMemory",
                Map.of("container.id", "one"));
        expect(
                new SandboxEvent.FactoryFellBack("web", AT, "template", "new", "is being made"),
                "FactoryFellBack",
                Map.of("from", "template", "to", "new", "reason", "is being made"));
        expect(new SandboxEvent.Missed("web", AT, 5), "Missed", Map.of("count", 5L));
    }
}
