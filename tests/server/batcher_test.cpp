#include "server/batcher.h"

#include <new>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace inkling {
namespace {

using Json = nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Of a picture all of whose pixels are n: n is the class. Keeps how many pictures each call had.
class Calls {
 public:
  std::shared_ptr<const ServedModel> model() {
    const auto classify = [this](std::span<const std::uint8_t> pixels) {
      constexpr std::size_t kPixels = std::size_t{28} * 28;
      sizes.push_back(pixels.size() / kPixels);
      std::vector<float> probabilities;
      for (std::size_t at = 0; at < pixels.size(); at += kPixels) {
        std::vector<float> of_picture(10, 0);
        of_picture.at(pixels[at]) = 1;
        probabilities.insert(probabilities.end(), of_picture.begin(), of_picture.end());
      }
      return probabilities;
    };
    return std::make_shared<const ServedModel>(ServedModel{{classify, nullptr, "Model"}, "", "{}"});
  }

  std::vector<std::size_t> sizes;
};

// The digit that a client is told; -1: nothing yet; the negative of a status other than 200.
class Client {
 public:
  Reply reply() const { return Reply(receiver_); }
  int told() const { return receiver_->told; }
  void go() { receiver_->is_there = false; }

 private:
  struct Receiver : Reply::Receiver {
    void receive(Response response) noexcept override {
      told = response.status == 200 ? Json::parse(response.body).at("predicted_digit").get<int>()
                                    : -response.status;
    }
    bool waits() const noexcept override { return is_there; }

    int told = -1;
    bool is_there = true;
  };

  std::shared_ptr<Receiver> receiver_ = std::make_shared<Receiver>();
};

Batcher::Picture picture(std::shared_ptr<const ServedModel> model, int digit,
                         const Client& client) {
  return {std::move(model),
          std::vector<std::uint8_t>(std::size_t{28} * 28, static_cast<std::uint8_t>(digit)),
          {},
          client.reply()};
}

constexpr std::size_t kSmallBody = 3000;

TEST(Batcher, APictureAloneWaitsForNobody) {
  Calls calls;
  Client client;
  Batcher batcher;
  batcher.add(picture(calls.model(), 3, client));
  EXPECT_EQ(client.told(), -1);
  batcher.job_done(std::nullopt);
  EXPECT_EQ(client.told(), 3);
  EXPECT_THAT(calls.sizes, ElementsAre(1));
}

TEST(Batcher, RecognizesPicturesTogetherWhileMoreWait) {
  Calls calls;
  const auto model = calls.model();
  std::vector<Client> clients(Batcher::kMostPictures);
  Batcher batcher;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    EXPECT_THAT(calls.sizes, IsEmpty());
    batcher.add(picture(model, static_cast<int>(i), clients[i]));
    batcher.job_done(kSmallBody);
  }
  EXPECT_THAT(calls.sizes, ElementsAre(Batcher::kMostPictures));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    EXPECT_EQ(clients[i].told(), static_cast<int>(i));
  }
}

TEST(Batcher, DoesNotWaitForALargePicture) {
  Calls calls;
  Client client;
  Batcher batcher;
  batcher.add(picture(calls.model(), 5, client));
  batcher.job_done(Batcher::kLargeBody);
  EXPECT_EQ(client.told(), 5);
}

TEST(Batcher, ComputesNothingForAClientThatHasGone) {
  Calls calls;
  const auto model = calls.model();
  Client here;
  Client gone;
  Batcher batcher;
  batcher.add(picture(model, 1, gone));
  batcher.add(picture(model, 2, here));
  gone.go();
  batcher.job_done(std::nullopt);
  EXPECT_EQ(gone.told(), -1);
  EXPECT_EQ(here.told(), 2);
  EXPECT_THAT(calls.sizes, ElementsAre(1));
}

TEST(Batcher, AsksEachModelForItsOwn) {
  Calls before;
  Calls after;
  const auto replaced = before.model();
  const auto current = after.model();
  std::vector<Client> clients(3);
  Batcher batcher;
  batcher.add(picture(replaced, 1, clients[0]));
  batcher.add(picture(replaced, 2, clients[1]));
  batcher.add(picture(current, 3, clients[2]));
  batcher.job_done(std::nullopt);
  EXPECT_THAT(before.sizes, ElementsAre(2));
  EXPECT_THAT(after.sizes, ElementsAre(1));
  EXPECT_EQ(clients[1].told(), 2);
  EXPECT_EQ(clients[2].told(), 3);
}

// Its Reply is dropped, which answers 500 (QueuedHandler.AnExceptionIsAnsweredWithoutItsText).
TEST(Batcher, AFailureEndsNothingButItsOwnPictures) {
  const auto failing = std::make_shared<const ServedModel>(ServedModel{
      {[](std::span<const std::uint8_t>) -> std::vector<float> { throw std::bad_alloc(); }, nullptr,
       "Model"},
      "",
      "{}"});
  Calls calls;
  Client unlucky;
  Client lucky;
  Batcher batcher;
  batcher.add(picture(failing, 1, unlucky));
  batcher.add(picture(calls.model(), 2, lucky));
  batcher.job_done(std::nullopt);
  EXPECT_EQ(unlucky.told(), -1);
  EXPECT_EQ(lucky.told(), 2);
}

}  // namespace
}  // namespace inkling
