package org.example.sunaba.redis;

import io.sunaba.tck.junit.ContractTests;
import io.sunaba.tck.storage.StorageContract;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class RedisStorageContractTest {
    @TestFactory
    Stream<DynamicTest> contract() {
        return ContractTests.of(StorageContract.suite(), RedisStorageFixture::new);
    }
}
