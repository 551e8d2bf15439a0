package io.sunaba.shell.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.shell.control.TestClient.Outcome;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// The commands `interface:*` and `route:*`, and the options of `sandbox:create` for networks.
class NetworksTest extends ServerTest {
    private String works(String line) throws IOException {
        Outcome outcome = exec(line);
        assertThat(outcome.status()).as(outcome.toString()).isZero();
        return outcome.output();
    }

    private void fails(String line, String... words) throws IOException {
        Outcome outcome = exec(line);
        assertThat(outcome.status()).as(line).isNotZero();
        assertThat(outcome.error()).as(line).contains(words);
    }

    @Test
    void interfacesAreAddedListedAndRemoved() throws IOException {
        works("sandbox:create --id web");
        assertThat(works("interface:list web")).isEmpty();
        works("interface:add web --publish 8080:80 --publish 0.0.0.0:53:5353/udp");
        works(
                "interface:add web --type tap --tap tap0 --bridge br0 --address 10.1.0.2/16 --mtu 1400");
        works(
                "interface:add web --type netns --netns /run/netns/blue --name blue0 --mac 02:00:00:00:00:01");
        assertThat(works("interface:list web"))
                .contains("MAC ADDRESS", "user 127.0.0.1:8080:80/tcp 0.0.0.0:53:5353/udp")
                .containsPattern("eth1 .*10.1.0.2/16 .*1400 .*tap tap0 on br0")
                .containsPattern("blue0 .*02:00:00:00:00:01 .*netns /run/netns/blue eth0");
        assertThat(works("interface:list web | json"))
                .contains("\"type\": \"Tap\"", "\"bridge\": \"br0\"");
        assertThat(works("interface:remove web eth1")).contains("tap0");
        fails("interface:remove web eth1", "there is no interface eth1");
        fails("interface:add web --name blue0", "there is an interface blue0");
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() throws IOException {
        works("sandbox:create --id web");
        fails("interface:add web --type bridge", "not user, tap or netns");
        fails("interface:add web --type tap", "--tap is missing");
        fails("interface:add web --type netns", "--netns is missing");
        fails("interface:add web --tap tap0", "--tap goes with --type tap only");
        fails("interface:add web --type tap --tap a --publish 1:2", "--publish goes with");
        fails("interface:add web --publish 80", "--publish 80: not [ADDRESS:]HOSTPORT");
        fails("interface:add web --mtu big", "--mtu big");
    }

    @Test
    void routesAreReplacedAndListed() throws IOException {
        works("sandbox:create --id web");
        works("route:update web default,via=10.0.2.2,dev=eth0 10.1.0.0/16,dev=eth1,src=10.1.0.2");
        assertThat(works("route:list web"))
                .contains("DESTINATION", "GATEWAY")
                .containsPattern("default +10.0.2.2 +eth0 +- +0")
                .containsPattern("10.1.0.0/16 +- +eth1 +10.1.0.2 +253");
        fails("route:update web", "or --clear for none");
        fails("route:update web default,dev=eth0 --clear", "or --clear for none");
        fails("route:update web default,via=10.0.2.2", "dev=NAME is missing");
        fails("route:update web default,dev=a,metric=1", "'metric=1' means nothing here");
        fails("route:update web default,dev=a,dev=b", "dev is there twice");
        works("route:update web --clear");
        assertThat(works("route:list web")).isEmpty();
    }

    @Test
    void sandboxIsCreatedWithNetworks() throws IOException {
        works(
                "sandbox:create --id web --network tap=tap0,bridge=br0,address=10.1.0.2/16,mtu=1300"
                        + " --network user --network netns=/run/netns/a,device=veth0 --publish 81:80");
        assertThat(works("interface:list web"))
                .containsPattern("eth0 .*10.1.0.2/16 .*1300 .*tap tap0 on br0")
                .containsPattern("eth1 .*user 127.0.0.1:81:80/tcp")
                .containsPattern("eth2 .*netns /run/netns/a veth0");
        works("sandbox:create --id published --publish 82:80");
        assertThat(works("interface:list published")).contains("eth0", "user 127.0.0.1:82:80/tcp");
        works("sandbox:create --id none --network none");
        assertThat(works("interface:list none")).isEmpty();
        fails("sandbox:create --network host", "not none, user, tap or netns");
        fails("sandbox:create --network tap", "give tap=...");
        fails("sandbox:create --network user,bridge=b", "'bridge=b' means nothing here");
        fails("sandbox:create --network none --network user", "leaves no room");
        fails("sandbox:create --network tap=t --publish 1:2", "--publish needs a network in user");
        fails("sandbox:create --network user,mtu=big", "mtu big is no number");
    }
}
