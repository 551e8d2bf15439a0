package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.control.OpenRequest;
import io.sunaba.shell.control.TestClient.Outcome;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// The commands `template:*`.
class TemplatesTest extends ServerTest {
    private void expect(String line, String... words) throws IOException {
        Outcome outcome = exec(line);
        assertThat(outcome.status()).as(outcome.toString()).isZero();
        assertThat(outcome.output()).contains(words);
    }

    private void fails(String line, String... words) throws IOException {
        Outcome outcome = exec(line);
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.error()).contains(words);
    }

    @Test
    void templateIsMadeShownAndDeleted() throws IOException {
        expect("template:create --cpus 2 --memory 64M", "t2", "ready", "64 MiB", "3 MiB");
        expect("template:list", "ID", "VMM 1", "t2", "2026-01-02T03:04:05Z");
        expect("template:list | json", "\"diskBytes\": 3145728");
        assertThat(exec("template:delete t2").status()).isZero();
        assertThat(exec("template:list").output()).isEmpty();
        fails("template:delete t2", "there is no template 't2'");
        fails("template:create --cpus 9", "at most 8");
    }

    @Test
    void makingItInTheBackgroundReturnsAtOnce() throws IOException {
        templates.gate = new CountDownLatch(1);
        expect("template:create --background", "is being made");
        fails("template:create --background --cpus 9", "at most 8");
        templates.gate.countDown();
        expect("template:create", "t1");
        expect("template:create --background", "t1", "ready");
    }

    @Test
    void damageIsToldAfterAllAreRead() throws IOException {
        exec("template:create --cpus 1");
        exec("template:create --cpus 2");
        exec("template:create --cpus 3");
        expect("template:verify", "t1", "t2", "t3");
        templates.damaged.add("t1");
        templates.damaged.add("t3");
        fails("template:verify", "t1/memory is damaged", "t3/memory is damaged", "removed");
        expect("template:verify t2", "t2");
        fails("template:verify t1", "there is no template 't1'");
    }

    @Test
    void whoWatchesSeesThatItTakesLong() throws IOException {
        templates.gate = new CountDownLatch(1);
        try (TestClient client = terminal(OpenRequest.Mode.RUN, "template:create")) {
            client.awaitOutput("making a template: a machine boots, 1 s");
            templates.gate.countDown();
            client.awaitOutput("ready");
        }
    }
}
